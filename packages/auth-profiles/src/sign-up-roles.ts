import type { RolePermissionsService } from '@latchkey/role-permissions'
import { AUTH_PROFILES_ERR_INVALID_OPTIONS } from './errors.js'
import type { AuthenticationProfile, ProfileConfig } from './profile.js'

/** The ids of the roles that a new user of a profile gets. If none of them exists any more, Guest's. */
export type SignUpRoles = (profile: AuthenticationProfile) => readonly string[]

/**
 * Looks up the roles that configured profiles name, once all roles are known. They are then kept by id, so renaming a role
 * has no effect. `Administrator` and `Guest` mean the built-in roles even if these were renamed, as in the configuration of
 * the roles.
 *
 * @returns the ids by profile id
 * @throws AUTH_PROFILES_ERR_INVALID_OPTIONS naming the path of a role that does not exist
 */
export function lookUpConfiguredRoles (configs: readonly ProfileConfig[], rolePermissions: RolePermissionsService): ReadonlyMap<string, readonly string[]> {
  const builtins = new Map([['Administrator', rolePermissions.administrator().id], ['Guest', rolePermissions.guest().roles[0]]])
  return new Map(configs.map(({ id, roles = [] }, index) => [id, Object.freeze(roles.map((name, position) => {
    const roleId = builtins.get(name) ?? rolePermissions.find({ name })?.id
    if (roleId === undefined) throw new AUTH_PROFILES_ERR_INVALID_OPTIONS(`profiles.${index}.roles.${position}: there is no role "${name}": declare it under roles, or correct the name`)
    return roleId
  }))]))
}

export function createSignUpRoles (rolePermissions: RolePermissionsService): SignUpRoles {
  return ({ roleIds }) => {
    const existing = roleIds.filter(id => rolePermissions.find({ id }) !== null)
    return existing.length > 0 ? existing : rolePermissions.guest().roles
  }
}
