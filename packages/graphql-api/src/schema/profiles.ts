import type { AuthenticationProfile, AuthProfiles } from '@latchkey/auth-profiles'
import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT, GRAPHQL_API_ERR_NOT_FOUND } from '../errors.js'
import { page, type PageArguments } from '../page.js'
import type { ReadableRecords } from '../readable-records.js'
import type { RequesterOf } from '../requester-of.js'
import { listOf, visibleRoles } from './roles.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface ProfilesParts {
  readonly authProfiles: AuthProfiles
  readonly rolePermissions: RolePermissionsService
  readonly readableRecords: ReadableRecords
  readonly requesterOf: RequesterOf
}

/** A profile as clients see it: its policy in the words they know, and no secret, which this API never has. */
interface VisibleProfile {
  readonly id?: string
  readonly name?: string
  readonly type?: string
  readonly clientId?: string
  readonly domain?: string | null
  readonly audiences?: readonly string[]
  readonly selfSignUpEnabled?: boolean
  readonly selfSignUpEmailDomains?: readonly string[]
  /** Ids; what the roles are is found when they are asked for. */
  readonly roles?: readonly string[]
}

type MayRead = (field: string) => boolean

/** The type `AuthenticationProfile` and its two queries. */
export function profilesArea (parts: ProfilesParts): SchemaArea {
  const { authProfiles, rolePermissions, requesterOf } = parts

  const authenticationProfilesList: Resolver<unknown, PageArguments> = async (_source, arguments_, context) => {
    const mayRead = readableFields(await requesterOf(context).principal())
    const profiles = mayRead === null ? [] : authProfiles.list()
    return { count: profiles.length, items: page(profiles, arguments_).map(profile => show(profile, mayRead)) }
  }

  const authenticationProfile: Resolver<unknown, { id?: string | null, name?: string | null }> = async (_source, { id, name }, context) => {
    const mayRead = readableFields(await requesterOf(context).principal())
    if (id == null && name == null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ id: 'is required, or name' })
    const found = id == null ? authProfiles.find({ name: name as string }) : authProfiles.find({ id })
    if (found === null || mayRead === null || (name != null && found.name !== name)) throw new GRAPHQL_API_ERR_NOT_FOUND('Authentication profile')
    return show(found, mayRead)
  }

  const roles: Resolver<VisibleProfile, unknown> = async (source, _arguments, context) => {
    if (source.roles === undefined) return null
    const found = source.roles.flatMap(id => rolePermissions.find({ id }) ?? [])
    return listOf(await visibleRoles(parts, await requesterOf(context).principal(), found))
  }

  /**
   * Which fields of every profile may be read; `null` if no profile may. Profiles are no records of the
   * database, so that what a role says of some of them only holds for none.
   *
   * @throws ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED
   */
  function readableFields (principal: Principal): MayRead | null {
    const { grants } = rolePermissions.authorize(principal, 'read', { table: 'AuthenticationProfiles' })
    const unconditional = grants.filter(grant => grant.filter === null)
    return unconditional.length === 0 ? null : field => unconditional.some(({ fields }) => fields === null || fields.has(field))
  }

  return {
    types: `
      type AuthenticationProfile {
        id: ID
        name: String
        "embedded, cognito, auth0, openid, or a word of the app's own"
        type: String
        clientId: String
        domain: String
        audiences: [String]
        selfSignUpEnabled: Boolean
        "The email domains that may sign up; empty for any."
        selfSignUpEmailDomains: [String]
        "What a new user gets."
        roles: RoleListResponse
      }
      type AuthenticationProfileListResponse { count: Int!, items: [AuthenticationProfile!]! }`,
    queries: `
      authenticationProfile(id: ID, name: String): AuthenticationProfile
      "In order: the first is the one that people sign up by when none is named."
      authenticationProfilesList(first: Int, last: Int, skip: Int, after: String, before: String): AuthenticationProfileListResponse!`,
    resolvers: { Query: { authenticationProfile, authenticationProfilesList }, AuthenticationProfile: { roles } }
  }
}

function show (profile: AuthenticationProfile, mayRead: MayRead | null): VisibleProfile {
  const { id, name, type, clientId, domain, audiences, selfSignUp, roleIds } = profile
  const shown: VisibleProfile = {
    id,
    name,
    type,
    clientId,
    domain,
    audiences,
    selfSignUpEnabled: selfSignUp !== 'off',
    selfSignUpEmailDomains: typeof selfSignUp === 'string' ? [] : selfSignUp.emailDomains,
    roles: roleIds
  }
  return Object.fromEntries(Object.entries(shown).filter(([field]) => mayRead?.(field)))
}
