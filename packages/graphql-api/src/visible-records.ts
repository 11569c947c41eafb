import type { ReadableFields } from './readable-records.js'

const visibility = Symbol('visibility')

/** Which record it is, and which of its fields may be read. */
export interface Visibility {
  readonly id: string
  readonly fields: ReadableFields
}

/** A record as somebody may see it; what that one may not read is `null` or left out. */
export type VisibleRecord = Readonly<Record<string, unknown>> & { readonly [visibility]?: Visibility }

/** Keeps beside the fields of a record, where no query reaches it, what of it may be read. */
export function withVisibility (record: Readonly<Record<string, unknown>>, visible: Visibility): VisibleRecord {
  // The record last: V8 makes a shape for each object that something is added to after a spread.
  return { [visibility]: visible, ...record }
}

/** What of a record may be read; `undefined` where the record does not say. */
export function visibilityOf (record: VisibleRecord): Visibility | undefined {
  return record[visibility]
}
