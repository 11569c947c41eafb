import type { ReadableFields } from './readable-records.js'

const visibility = Symbol('visibility')

/** The id of a record and its readable fields. */
export interface Visibility {
  readonly id: string
  readonly fields: ReadableFields
}

/** A record as a principal may read it; unreadable fields are `null` or missing. */
export type VisibleRecord = Readonly<Record<string, unknown>> & { readonly [visibility]?: Visibility }

/** Attaches the visibility to a record, under a symbol that no query can reach. */
export function withVisibility (record: Readonly<Record<string, unknown>>, visible: Visibility): VisibleRecord {
  // Spread last: V8 creates a new hidden class for every object that gets properties after a spread.
  return { [visibility]: visible, ...record }
}

/** The visibility of a record; `undefined` if it has none attached. */
export function visibilityOf (record: VisibleRecord): Visibility | undefined {
  return record[visibility]
}
