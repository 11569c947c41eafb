import type { AuthProfiles } from '@latchkey/auth-profiles'
import type { RolePermissionsService } from '@latchkey/role-permissions'
import type { NewUser } from '@latchkey/users-store'
import { GRAPHQL_API_ERR_NOT_AUTHORIZED, GRAPHQL_API_ERR_NOT_FOUND } from '../errors.js'
import type { Requester } from '../requester.js'
import type { RequesterOf } from '../requester-of.js'
import { ownUser } from '../visible-users.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface SignUpParts {
  readonly authProfiles: AuthProfiles
  readonly rolePermissions: RolePermissionsService
  readonly requesterOf: RequesterOf
}

interface RoleKey {
  readonly id?: string | null
  readonly name?: string | null
}

interface SignUpArguments {
  readonly user: NewUser & { readonly roles?: { readonly connect?: readonly RoleKey[] | null } | null }
  readonly authProfileId?: string | null
}

/** Signing up with a token: `userSignUpWithToken`, and `userSignUp`, as it was called before. */
export function signUpArea ({ authProfiles, rolePermissions, requesterOf }: SignUpParts): SchemaArea {
  const signUp: Resolver<unknown, SignUpArguments> = async (_source, { user: { roles, ...user }, authProfileId }, context) => {
    const requester = requesterOf(context)
    const identity = await requester.identity()
    if (identity === null) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('Users', 'create')
    const roleIds = await rolesToAssign(roles?.connect ?? [], requester)
    const resolved = await authProfiles.signUp(identity, { user: withoutNulls(user), authProfileId: authProfileId ?? null })
    if (roleIds.length > 0) await rolePermissions.assign(resolved.user.id, roleIds)
    const { principal } = resolved
    requester.become({ ...resolved, principal: { ...principal, roles: [...new Set([...principal.roles, ...roleIds])] } })
    return ownUser(resolved.user)
  }

  /** Only who may do everything, and so has a user already, gives roles by signing up: everybody else gets the profile's. */
  async function rolesToAssign (connect: readonly RoleKey[], requester: Requester): Promise<string[]> {
    if (connect.length === 0) return []
    const roles = await rolesOfCaller(requester)
    if (!roles.some(id => rolePermissions.find({ id })?.permissions.all === true)) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('Roles', 'update')
    return connect.map(({ id, name }) => {
      const found = id != null ? rolePermissions.find({ id }) : rolePermissions.find({ name: name ?? '' })
      if (found === null) throw new GRAPHQL_API_ERR_NOT_FOUND('Role')
      return found.id
    })
  }

  async function rolesOfCaller (requester: Requester): Promise<readonly string[]> {
    try {
      return (await requester.principal()).roles
    } catch (error) {
      if ((error as { code?: string }).code === 'AUTH_PROFILES_ERR_USER_NOT_FOUND') return []
      throw error
    }
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

/** A `null` in the input means the same as nothing: the column's default. */
function withoutNulls (user: NewUser): NewUser {
  return Object.fromEntries(Object.entries(user).filter(([, value]) => value !== null)) as NewUser
}
