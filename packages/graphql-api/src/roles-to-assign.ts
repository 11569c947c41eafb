import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import type { RoleGiving, RolesInput } from './changes/role-giving.js'
import { GRAPHQL_API_ERR_NOT_AUTHORIZED } from './errors.js'
import type { Requester } from './requester.js'

interface Services {
  readonly rolePermissions: RolePermissionsService
  readonly roleGiving: RoleGiving
}

/**
 * The ids of the roles that a sign-up is to give beside the profile's. Only who may do everything, and so has a user
 * already, gives roles by signing somebody up.
 *
 * @throws GRAPHQL_API_ERR_NOT_AUTHORIZED, GRAPHQL_API_ERR_NOT_FOUND, and what finding out the requester throws
 */
export async function rolesToAssign (roles: RolesInput | null | undefined, requester: Requester, { rolePermissions, roleGiving }: Services): Promise<string[]> {
  if ((roles?.connect ?? []).length === 0) return []
  const principal = await principalOf(requester)
  if (principal === null || !rolePermissions.mayDoEverything(principal)) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('Roles', 'update')
  return roleGiving.toGive(principal, roles)
}

/** `null` for a token that nobody is known by yet. */
async function principalOf (requester: Requester): Promise<Principal | null> {
  try {
    return await requester.principal()
  } catch (error) {
    if ((error as { code?: string }).code === 'AUTH_PROFILES_ERR_USER_NOT_FOUND') return null
    throw error
  }
}
