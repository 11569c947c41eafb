import type { Declarations } from './declarations.js'
import { ROLE_PERMISSIONS_ERR_INVALID_OPTIONS } from './errors.js'
import { inOptions, type ConfiguredRole } from './options.js'
import type { Role } from './permissions.js'
import { readPermissions } from './read-permissions.js'
import { changedRole, newRole } from './roles-store.js'

/**
 * The original names of the built-in roles. A configuration always uses these: renaming Guest at run time must not cut off
 * guests from the permissions that the configuration gives them.
 */
const builtinNames: ReadonlyMap<string, Role['builtin']> = new Map([['Administrator', 'administrator'], ['Guest', 'guest']])

/** The existing role that a configured role refers to. */
function roleOf (roles: readonly Role[], { name }: ConfiguredRole): Role | undefined {
  const builtin = builtinNames.get(name)
  return roles.find(role => builtin === undefined ? role.name === name : role.builtin === builtin)
}

/** Adds the configured roles that do not exist yet, without permissions. */
export function withConfiguredNames (roles: readonly Role[], configured: readonly ConfiguredRole[]): readonly Role[] {
  const missing = configured.filter(role => roleOf(roles, role) === undefined)
  return missing.length === 0 ? roles : [...roles, ...missing.map(({ name, description = null }) => newRole({ name, description, permissions: {} }))]
}

/**
 * Applies the configuration to the roles.
 *
 * @returns the same list if nothing differs
 * @throws ROLE_PERMISSIONS_ERR_INVALID_OPTIONS for undeclared names in permissions, and if two configured roles are the same role
 */
export function withConfiguredRoles (roles: readonly Role[], configured: readonly ConfiguredRole[], declared: Declarations): readonly Role[] {
  let differs = false
  const named = withConfiguredNames(roles, configured)
  const wanted = new Map<string | undefined, ConfiguredRole>()
  for (const [index, role] of configured.entries()) {
    const id = roleOf(named, role)?.id
    const other = wanted.get(id)
    if (other !== undefined) throw new ROLE_PERMISSIONS_ERR_INVALID_OPTIONS(`roles.${index}.name "${role.name}" is the same role as "${other.name}", because a built-in role was renamed. Configure it once, or rename it`)
    wanted.set(id, { ...role, permissions: inOptions(index, () => readPermissions(role.permissions, declared)) })
  }
  const after = named.map(role => {
    const { description = role.description, permissions = role.permissions } = wanted.get(role.id) ?? {}
    if (description === role.description && JSON.stringify(permissions) === JSON.stringify(role.permissions)) return role
    differs = true
    return changedRole(role, { description, permissions })
  })
  return differs ? after : named
}
