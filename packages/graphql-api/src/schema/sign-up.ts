import type { AuthProfiles, ResolvedUser } from '@latchkey/auth-profiles'
import type { RolePermissionsService } from '@latchkey/role-permissions'
import type { NewUser, User, UsersStore } from '@latchkey/users-store'
import { withRoles, type AuditedUser } from '../changes/audited-user.js'
import type { GuardedChanges } from '../changes/guarded-changes.js'
import type { RoleGiving, RolesInput } from '../changes/role-giving.js'
import { GRAPHQL_API_ERR_NOT_AUTHORIZED } from '../errors.js'
import type { RequesterOf } from '../requester-of.js'
import { rolesToAssign } from '../roles-to-assign.js'
import { ownUser } from '../visible-users.js'
import { withoutNulls } from '../without-nulls.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface SignUpParts {
  readonly usersStore: UsersStore
  readonly changes: GuardedChanges
  readonly roleGiving: RoleGiving
  readonly authProfiles: AuthProfiles
  readonly rolePermissions: RolePermissionsService
  readonly requesterOf: RequesterOf
}

interface SignUpArguments {
  readonly user: NewUser & { readonly roles?: RolesInput | null }
  readonly authProfileId?: string | null
}

/** Signs up with a token: `userSignUpWithToken`, formerly `userSignUp`. */
export function signUpArea ({ usersStore, authProfiles, rolePermissions, changes, roleGiving, requesterOf }: SignUpParts): SchemaArea {
  const signUp: Resolver<unknown, SignUpArguments> = async (_source, { user: { roles, status: _status, ...user }, authProfileId }, context) => {
    const requester = requesterOf(context)
    const identity = await requester.identity()
    if (identity === null) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('Users', 'create')
    // The app may base decisions on the status, so people must not set their own.
    const roleIds = await rolesToAssign(roles, requester, { rolePermissions, roleGiving })
    const signedUp = await authProfiles.signUp(identity, { user: withoutNulls(user), authProfileId: authProfileId ?? null }, requester.origin)
    const resolved = await withMore(signedUp, roleIds)
    requester.become(resolved)
    return ownUser(resolved.user)
  }

  /** Only an existing user may name roles. They are given to that user, like in any other change of a user's roles. */
  async function withMore ({ user, principal }: ResolvedUser, roleIds: readonly string[]): Promise<ResolvedUser> {
    if (roleIds.every(id => principal.roles.includes(id))) return { user, principal }
    const { where, finish } = changes.begin<AuditedUser>({ principal, table: 'Users', action: 'update', fields: ['roles'] })
    roleGiving.assertMayGive(principal, roleIds)
    const updated = await usersStore.update(user.id, {}, {
      where,
      inTransaction: async (transaction, { before, after }) => {
        const audited = await withRoles(before as User, rolePermissions, transaction)
        await rolePermissions.assign(user.id, roleIds, transaction)
        await finish(transaction, { before: audited, after: await withRoles(after as User, rolePermissions, transaction) })
      }
    })
    return { user: updated, principal: { ...principal, roles: [...new Set([...principal.roles, ...roleIds])] } }
  }

  return {
    mutations: `
      "Creates the user of the ID token, or returns the existing one. authProfileId defaults to the first profile."
      userSignUpWithToken(user: UserCreateInput!, authProfileId: ID): User!
      "The former name of userSignUpWithToken."
      userSignUp(user: UserCreateInput!, authProfileId: ID): User!`,
    resolvers: { Mutation: { userSignUpWithToken: signUp, userSignUp: signUp } }
  }
}
