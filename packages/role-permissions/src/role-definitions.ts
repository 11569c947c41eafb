import type { ConfiguredRole } from './options.js'
import type { RolePermissions } from './permissions.js'

/** A role without database-specific fields, as in a configuration or a review. */
export interface RoleDefinition {
  readonly name: string
  readonly description?: string | null
  readonly permissions: RolePermissions
}

/**
 * Returns the roles in the form of the option `roles`: sorted by name, with sorted keys, without IDs and times. The same
 * roles always give the same text. The order of lists does not change.
 */
export function defineRoles (roles: Iterable<RoleDefinition>): ConfiguredRole[] {
  return [...roles]
    .sort((one, other) => one.name < other.name ? -1 : 1)
    .map(({ name, description = null, permissions }) => ({ name, ...(description === null ? {} : { description }), permissions: sortKeys(permissions) }))
}

/** The same JSON with the keys of every object sorted. */
export function sortKeys<Json> (json: Json): Json {
  if (Array.isArray(json)) return json.map(sortKeys) as Json
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(Object.entries(json).sort(([one], [other]) => one < other ? -1 : 1).map(([key, value]) => [key, sortKeys(value)])) as Json
}
