import type { Declarations } from './declarations.js'
import { inOptions, type ConfiguredRole } from './options.js'
import type { Role } from './permissions.js'
import { readPermissions } from './read-permissions.js'
import { changedRole, newRole } from './roles-store.js'

/** The roles with those added that the configuration names and that do not exist; they allow nothing yet. */
export function withConfiguredNames (roles: readonly Role[], configured: readonly ConfiguredRole[]): readonly Role[] {
  const names = new Set(roles.map(role => role.name))
  const missing = configured.filter(({ name }) => !names.has(name))
  return missing.length === 0 ? roles : [...roles, ...missing.map(({ name, description = null }) => newRole({ name, description, permissions: {} }))]
}

/**
 * The roles with the configured ones as the configuration wants them.
 *
 * @returns the same list where nothing differs
 * @throws ROLE_PERMISSIONS_ERR_INVALID_OPTIONS for permissions that speak of what is not declared
 */
export function withConfiguredRoles (roles: readonly Role[], configured: readonly ConfiguredRole[], declared: Declarations): readonly Role[] {
  let differs = false
  const wanted = new Map(configured.map((role, index) => [role.name, { ...role, permissions: inOptions(index, () => readPermissions(role.permissions, declared)) }]))
  const named = withConfiguredNames(roles, configured)
  const after = named.map(role => {
    const { description = role.description, permissions = role.permissions } = wanted.get(role.name) ?? {}
    if (description === role.description && JSON.stringify(permissions) === JSON.stringify(role.permissions)) return role
    differs = true
    return changedRole(role, { description, permissions })
  })
  return differs ? after : named
}
