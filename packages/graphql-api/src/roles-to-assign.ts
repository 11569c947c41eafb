import type { RolePermissionsService } from '@latchkey/role-permissions'
import type { RolesInput } from './changes/role-giving.js'
import { GRAPHQL_API_ERR_NOT_AUTHORIZED, GRAPHQL_API_ERR_NOT_FOUND } from './errors.js'
import type { Requester } from './requester.js'

/**
 * The ids of the roles that a sign-up is to give beside the profile's. Only who may do everything, and so has a user
 * already, gives roles by signing somebody up.
 *
 * @throws GRAPHQL_API_ERR_NOT_AUTHORIZED, GRAPHQL_API_ERR_NOT_FOUND, and what finding out the requester throws
 */
export async function rolesToAssign (roles: RolesInput | null | undefined, requester: Requester, rolePermissions: RolePermissionsService): Promise<string[]> {
  const connect = roles?.connect ?? []
  if (connect.length === 0) return []
  const own = await rolesOf(requester)
  if (!own.some(id => rolePermissions.find({ id })?.permissions.all === true)) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('Roles', 'update')
  return connect.map(({ id, name }) => {
    const found = id != null ? rolePermissions.find({ id }) : rolePermissions.find({ name: name ?? '' })
    if (found === null) throw new GRAPHQL_API_ERR_NOT_FOUND('Role')
    return found.id
  })
}

async function rolesOf (requester: Requester): Promise<readonly string[]> {
  try {
    return (await requester.principal()).roles
  } catch (error) {
    if ((error as { code?: string }).code === 'AUTH_PROFILES_ERR_USER_NOT_FOUND') return []
    throw error
  }
}
