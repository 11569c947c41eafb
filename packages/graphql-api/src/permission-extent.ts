import type { Allowed } from '@latchkey/role-permissions'

/** What a yes is about, in the form that permissions have it. Where several roles limit it, what they admit together. */
export interface PermissionExtent {
  /** Whether some role admits every record. */
  readonly everyRecord: boolean
  /** By name; `null`: all. */
  readonly fields: readonly string[] | null
  /** `null`: none. */
  readonly filter: unknown
}

/** Records and fields together: which fields of which records, the decision itself knows. */
export function extentOf ({ grants, fields }: Allowed): PermissionExtent {
  // By name: the order of roles means nothing, and an answer should not change from user to user for it.
  const filters = grants.toSorted((one, other) => one.role.name < other.role.name ? -1 : 1).map(({ filter }) => filter)
  const different = [...new Map(filters.map(filter => [JSON.stringify(filter), filter])).values()]
  const everyRecord = filters.includes(null)
  return {
    everyRecord,
    fields: fields && [...fields].sort(),
    filter: everyRecord ? null : different.length === 1 ? different[0] : { OR: different }
  }
}
