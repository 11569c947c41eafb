import type { AuthProfiles } from '@latchkey/auth-profiles'
import type { FilterableTable } from '@latchkey/record-filter'
import type { RolePermissionsService } from '@latchkey/role-permissions'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT, GRAPHQL_API_ERR_NOT_FOUND } from '../errors.js'
import type { ListArguments } from '../lists/list-arguments.js'
import { listArguments, listTypes } from '../lists/list-schema.js'
import type { ProfileList } from '../lists/profile-list.js'
import { page } from '../page.js'
import type { ReadableRecords } from '../readable-records.js'
import type { RequesterOf } from '../requester-of.js'
import { findProfile, type VisibleProfile, type VisibleProfiles } from '../visible-profiles.js'
import { listOf, visibleRoles } from './roles.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface ProfilesParts {
  readonly authProfiles: AuthProfiles
  readonly rolePermissions: RolePermissionsService
  readonly readableRecords: ReadableRecords
  readonly visibleProfiles: VisibleProfiles
  readonly profileList: ProfileList
  /** The profiles as filters of queries can use them. */
  readonly filterable: FilterableTable
  readonly requesterOf: RequesterOf
}

/** The type `AuthenticationProfile` and its two queries. */
export function profilesArea (parts: ProfilesParts): SchemaArea {
  const { authProfiles, rolePermissions, visibleProfiles, profileList, filterable, requesterOf } = parts
  const listed = { type: 'AuthenticationProfile', queried: () => filterable }

  const authenticationProfilesList: Resolver<unknown, ListArguments> = async (_source, arguments_, context) => {
    // Paging uses ids, which not everybody may read.
    const principal = await requesterOf(context).principal()
    const visible = await profileList.arrange(await visibleProfiles.among(authProfiles.list(), principal), principal, arguments_)
    return { count: visible.length, items: page(visible as readonly (VisibleProfile & { id: string })[], arguments_) }
  }

  const authenticationProfile: Resolver<unknown, { id?: string | null, name?: string | null }> = async (_source, { id, name }, context) => {
    const principal = await requesterOf(context).principal()
    rolePermissions.authorize(principal, 'read', { table: 'AuthenticationProfiles' })
    if (id == null && name == null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ id: 'is required, unless name is given' })
    const found = findProfile(authProfiles, { id, name })
    const [visible] = found === null ? [] : await visibleProfiles.among([found], principal)
    if (visible === undefined) throw new GRAPHQL_API_ERR_NOT_FOUND('Authentication profile')
    return visible
  }

  const roles: Resolver<VisibleProfile, unknown> = async (source, _arguments, context) => {
    if (source.roles === undefined) return null
    const found = source.roles.flatMap(id => rolePermissions.find({ id }) ?? [])
    return listOf(await visibleRoles(parts, await requesterOf(context).principal(), found))
  }

  return {
    types: `
      "A configured identity provider and its policy. Fields that you cannot read are null."
      type AuthenticationProfile {
        id: ID
        name: String
        "embedded, cognito, auth0, openid, or the name of an adapter of the app"
        type: String
        clientId: String
        domain: String
        issuer: String
        audiences: [String]
        "Always null: secrets are never returned."
        secret: String
        hasSecret: Boolean
        selfSignUpEnabled: Boolean
        "The email domains that may sign up; empty for any."
        selfSignUpEmailDomains: [String]
        "The roles that a new user gets."
        roles: RoleListResponse
        "Whether a token's email links its account to an existing user with that email: verified, never or always"
        linkByEmail: String
        "What happens if the email of a token differs from its user's email: reject or update"
        onEmailChange: String
        callbackUrls: [String]
        logoutUrls: [String]
        "The database connection of a profile of type auth0."
        databaseName: String
        "Stored for clients that read it; the server does not use it."
        managementDomain: String
        attributes: AuthenticationProfileAttributes
        "The options of the provider, without secrets; empty for a profile that is declared in the configuration."
        options: JSON
        "The place in the list, starting at 0."
        position: Int
        "Whether the profile is declared in the configuration, and can only be changed there."
        declaredInConfiguration: Boolean
        createdAt: DateTime
        updatedAt: DateTime
      }
      type CognitoAuthProfileAttributes { clientAuthDomain: String }
      union AuthenticationProfileAttributes = CognitoAuthProfileAttributes
      ${listTypes(listed, {})}`,
    queries: `
      "The authentication profile with this id or name. Needs read on AuthenticationProfiles."
      authenticationProfile(id: ID, name: String): AuthenticationProfile
      "The authentication profiles, by default in their own order. The first one is used for sign-ups that name none. Needs read on AuthenticationProfiles."
      authenticationProfilesList${listArguments(listed)}: AuthenticationProfileListResponse!`,
    resolvers: {
      Query: { authenticationProfile, authenticationProfilesList },
      AuthenticationProfile: { roles },
      AuthenticationProfileAttributes: { resolveType: () => 'CognitoAuthProfileAttributes' }
    }
  }
}
