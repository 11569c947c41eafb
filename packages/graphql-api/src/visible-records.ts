import type { ReadableFields } from './readable-records.js'

/** The key of a record's visibility: a symbol, which no query can reach. */
export const visibility = Symbol('visibility')

/** The id of a record and its readable fields. */
export interface Visibility {
  readonly id: string
  readonly fields: ReadableFields
}

/** A record as a principal may read it; unreadable fields are `null` or missing. */
export type VisibleRecord = Readonly<Record<string, unknown>> & { readonly [visibility]?: Visibility }

/** A record with this visibility, whose values are still to be set. */
export function emptyRecord (visible: Visibility): Record<string, unknown> & VisibleRecord {
  return { [visibility]: visible }
}

/** Attaches the visibility to a record. */
export function withVisibility (record: Readonly<Record<string, unknown>>, visible: Visibility): VisibleRecord {
  return Object.assign(emptyRecord(visible), record)
}

/** The visibility of a record; `undefined` if it has none attached. */
export function visibilityOf (record: VisibleRecord): Visibility | undefined {
  return record[visibility]
}
