import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import type { RoleGiving, RolesInput } from './changes/role-giving.js'
import { GRAPHQL_API_ERR_NOT_AUTHORIZED } from './errors.js'
import type { Requester } from './requester.js'

interface Services {
  readonly rolePermissions: RolePermissionsService
  readonly roleGiving: RoleGiving
}

/**
 * The ids of the roles that a sign-up gives in addition to the profile's. Only a requester with full access may give roles
 * this way, so they already have a user.
 *
 * @throws GRAPHQL_API_ERR_NOT_AUTHORIZED, GRAPHQL_API_ERR_NOT_FOUND, and what determining the requester throws
 */
export async function rolesToAssign (roles: RolesInput | null | undefined, requester: Requester, { rolePermissions, roleGiving }: Services): Promise<string[]> {
  if ((roles?.connect ?? []).length === 0) return []
  const principal = await principalOf(requester)
  if (principal === null || !rolePermissions.mayDoEverything(principal)) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('Roles', 'update')
  return roleGiving.toGive(principal, roles)
}

/** `null` for a token that has no user yet. */
async function principalOf (requester: Requester): Promise<Principal | null> {
  try {
    return await requester.principal()
  } catch (error) {
    if ((error as { code?: string }).code === 'AUTH_PROFILES_ERR_USER_NOT_FOUND') return null
    throw error
  }
}
