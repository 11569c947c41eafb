import type { ConfiguredRole } from './options.js'
import type { RolePermissions } from './permissions.js'

/** A role without what only its own database knows of it: as configuration and reviews write it. */
export interface RoleDefinition {
  readonly name: string
  readonly description?: string | null
  readonly permissions: RolePermissions
}

/**
 * The roles as `roles` of a configuration, the same text for the same roles: by name, every key in the order of the
 * alphabet, no ids and no times. Lists stay as they are.
 */
export function defineRoles (roles: Iterable<RoleDefinition>): ConfiguredRole[] {
  return [...roles]
    .sort((one, other) => one.name < other.name ? -1 : 1)
    .map(({ name, description = null, permissions }) => ({ name, ...(description === null ? {} : { description }), permissions: sortKeys(permissions) }))
}

/** The same JSON with the keys of every object in the order of the alphabet. */
export function sortKeys<Json> (json: Json): Json {
  if (Array.isArray(json)) return json.map(sortKeys) as Json
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(Object.entries(json).sort(([one], [other]) => one < other ? -1 : 1).map(([key, value]) => [key, sortKeys(value)])) as Json
}
