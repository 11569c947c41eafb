import type { Allowed } from '@latchkey/role-permissions'

/** The records and fields that are allowed, in the format of permissions. If several roles limit them, what they allow together. */
export interface PermissionExtent {
  /** Whether some role allows every record. */
  readonly everyRecord: boolean
  /** Sorted by name; `null`: all. */
  readonly fields: readonly string[] | null
  /** `null`: none. */
  readonly filter: unknown
}

/** Summarizes a decision. Only the decision itself knows which fields are allowed for which records. */
export function extentOf ({ grants, fields }: Allowed): PermissionExtent {
  // Sorted by name, because the order of roles means nothing and must not change the result.
  const filters = grants.toSorted((one, other) => one.role.name < other.role.name ? -1 : 1).map(({ filter }) => filter)
  const different = [...new Map(filters.map(filter => [JSON.stringify(filter), filter])).values()]
  const everyRecord = filters.includes(null)
  return {
    everyRecord,
    fields: fields && [...fields].sort(),
    filter: everyRecord ? null : different.length === 1 ? different[0] : { OR: different }
  }
}
