import type { AuthProfiles } from '@latchkey/auth-profiles'
import type { RolePermissionsService } from '@latchkey/role-permissions'
import type { NewUser } from '@latchkey/users-store'
import type { RolesInput } from '../changes/role-giving.js'
import { GRAPHQL_API_ERR_NOT_AUTHORIZED } from '../errors.js'
import type { RequesterOf } from '../requester-of.js'
import { rolesToAssign } from '../roles-to-assign.js'
import { ownUser } from '../visible-users.js'
import { withoutNulls } from '../without-nulls.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface SignUpParts {
  readonly authProfiles: AuthProfiles
  readonly rolePermissions: RolePermissionsService
  readonly requesterOf: RequesterOf
}

interface SignUpArguments {
  readonly user: NewUser & { readonly roles?: RolesInput | null }
  readonly authProfileId?: string | null
}

/** Signing up with a token: `userSignUpWithToken`, and `userSignUp`, as it was called before. */
export function signUpArea ({ authProfiles, rolePermissions, requesterOf }: SignUpParts): SchemaArea {
  const signUp: Resolver<unknown, SignUpArguments> = async (_source, { user: { roles, status: _status, ...user }, authProfileId }, context) => {
    const requester = requesterOf(context)
    const identity = await requester.identity()
    if (identity === null) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('Users', 'create')
    // A status is what the app decides by: nothing that somebody says of themselves.
    const roleIds = await rolesToAssign(roles, requester, rolePermissions)
    const resolved = await authProfiles.signUp(identity, { user: withoutNulls(user), authProfileId: authProfileId ?? null }, requester.origin)
    if (roleIds.length > 0) await rolePermissions.assign(resolved.user.id, roleIds)
    const { principal } = resolved
    requester.become({ ...resolved, principal: { ...principal, roles: [...new Set([...principal.roles, ...roleIds])] } })
    return ownUser(resolved.user)
  }

  return {
    mutations: `
      "Creates the user of the token, or gives the one that there is. Without authProfileId, the first profile's rules hold."
      userSignUpWithToken(user: UserCreateInput!, authProfileId: ID): User!
      "The same by its old name."
      userSignUp(user: UserCreateInput!, authProfileId: ID): User!`,
    resolvers: { Mutation: { userSignUpWithToken: signUp, userSignUp: signUp } }
  }
}
