import type { AuthenticationProfile, AuthProfiles, ProfileChange } from '@latchkey/auth-profiles'
import type { AuditedRecord } from '@latchkey/audit-log'
import type { Principal } from '@latchkey/role-permissions'
import type { Expression, SqlBool } from 'kysely'
import { readRecordKey } from '../changes/record-key.js'
import { fieldsSet, type GuardedChanges } from '../changes/guarded-changes.js'
import { toNewProfile, toProfileChange, type ProfileInput } from '../changes/profile-input.js'
import type { ProfilePermission } from '../changes/profile-permission.js'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT, GRAPHQL_API_ERR_NOT_FOUND } from '../errors.js'
import type { RequesterOf } from '../requester-of.js'
import { findProfile, toRecord, type VisibleProfiles } from '../visible-profiles.js'
import { withoutNulls } from '../without-nulls.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface ProfileChangesParts {
  readonly authProfiles: AuthProfiles
  readonly changes: GuardedChanges
  readonly permission: ProfilePermission
  readonly visibleProfiles: VisibleProfiles
  readonly requesterOf: RequesterOf
}

interface Key {
  readonly id?: string | null
  readonly name?: string | null
}

const table = 'AuthenticationProfiles'

/** What makes, tests, changes and deletes authentication profiles. */
export function profileChangesArea ({ authProfiles, changes, permission, visibleProfiles, requesterOf }: ProfileChangesParts): SchemaArea {
  const authenticationProfileCreate: Resolver<unknown, { data: ProfileInput }> = async (_source, { data }, context) => {
    const principal = await requesterOf(context).principal()
    const change = changes.begin<AuthenticationProfile>({ principal, table, action: 'create', fields: fieldsSet(withoutNulls(data)) }, toAudited)
    permission.assertMayTrust(principal, 'create')
    const profile = await inClientWords(authProfiles.create(toNewProfile(data, rolesOf(principal, data)), { inTransaction: change.finish }))
    return await visibleProfiles.changed(profile, principal)
  }

  const authenticationProfileTest: Resolver<unknown, { data?: ProfileInput | null, id?: string | null }> = async (_source, { data, id }, context) => {
    const principal = await requesterOf(context).principal()
    const { where } = changes.begin({ principal, table, action: id == null ? 'create' : 'update', fields: fieldsSet(withoutNulls(data ?? {})) })
    // Servers are asked that its issuer names, and what they answered is told.
    permission.assertMayTrust(principal, id == null ? 'create' : 'update')
    if (id != null) return await inClientWords(authProfiles.checkChange(id, testedChange(id, data ?? null, where), { where }))
    if (data == null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ data: 'is required, or id: the profile that is to be tested' })
    return await authProfiles.check(toNewProfile(data, rolesOf(principal, data)))
  }

  /** Which roles it gives, no test asks. One that is left out is in no list, and yet what is wrong with it is worth a test. */
  function testedChange (id: string, data: ProfileInput | null, where: Expression<SqlBool> | null): ProfileChange {
    const leftOut = authProfiles.leftOut().some(profile => profile.id === id)
    const before = leftOut ? { type: data?.type ?? '', selfSignUp: 'off' as const } : find({ id }, null, where)
    if (data === null) return {}
    if (leftOut && data.type == null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ type: 'is required for a profile that cannot be opened' })
    return toProfileChange(data, before, null)
  }

  const authenticationProfileUpdate: Resolver<unknown, { data: ProfileInput, filter?: Key | null }> = async (_source, { data, filter }, context) => {
    const principal = await requesterOf(context).principal()
    const { id: dataId, ...input } = data
    const change = changes.begin<AuthenticationProfile>({ principal, table, action: 'update', fields: fieldsSet(withoutNulls(input)) }, item => toAudited(item, item === after && input.secret != null))
    if (input.secret != null) permission.assertMayTrust(principal, 'update')
    const known = find({ id: dataId ?? null }, filter, change.where)
    // Asked before as well as in the transaction: what may not be must not even be tried.
    const wanted = toProfileChange(input, known, input.roles == null ? null : permission.roles(principal, input.roles))
    permission.assertMayChange(principal, known, changedBy(known, wanted))
    let after: AuthenticationProfile | null = null
    const profile = await inClientWords(authProfiles.update(known.id, wanted, {
      where: change.where,
      inTransaction: async (transaction, changed) => {
        permission.assertMayChange(principal, changed.before as AuthenticationProfile, changed.after as AuthenticationProfile)
        after = changed.after
        await change.finish(transaction, changed)
      }
    }))
    return await visibleProfiles.changed(profile, principal)
  }

  const authenticationProfileDelete: Resolver<unknown, { data?: Key | null, filter?: Key | null }> = async (_source, { data, filter }, context) => {
    const principal = await requesterOf(context).principal()
    const { where, finish } = changes.begin<AuthenticationProfile>({ principal, table, action: 'delete' }, toAudited)
    // One that is left out is in no list, and can be deleted by its id.
    const leftOut = authProfiles.leftOut().find(({ id }) => id === (data?.id ?? filter?.id))
    await authProfiles.delete((leftOut ?? find(data, filter, where)).id, { where, inTransaction: finish })
    return { success: true }
  }

  function rolesOf (principal: Principal, { roles }: ProfileInput): readonly string[] {
    return roles == null ? [] : permission.roles(principal, roles).give
  }

  /**
   * The profile that is meant. One of the configuration is no record, and so none that a condition admits.
   *
   * @throws GRAPHQL_API_ERR_INVALID_ARGUMENT, GRAPHQL_API_ERR_NOT_FOUND
   */
  function find (one: Key | null | undefined, other: Key | null | undefined, where: Expression<SqlBool> | null): AuthenticationProfile {
    const { id, by: name } = readRecordKey('name', one, other)
    const found = findProfile(authProfiles, { id, name })
    if (found === null || (found.declaredInConfiguration && where !== null)) throw new GRAPHQL_API_ERR_NOT_FOUND('Authentication profile')
    return found
  }

  const fields = `
        type: String
        clientId: String
        "Where the provider's pages are; of a profile of type openid without an issuer, where that is."
        domain: String
        issuer: String
        audiences: [String]
        "Kept sealed, and never given out."
        secret: String
        selfSignUpEnabled: Boolean
        selfSignUpEmailDomains: [String]
        linkByEmail: String
        onEmailChange: String
        callbackUrls: [String]
        logoutUrls: [String]
        databaseName: String
        managementDomain: String
        position: Int
        "Further options of the provider."
        options: JSON`
  return {
    types: `
      "Nobody signs up by a profile that does not say selfSignUpEnabled."
      input AuthenticationProfileCreateInput {
        name: String!${fields}
        roles: AuthenticationProfilesRolesRelationInput
      }
      "What is left out or null stays; an empty secret takes it away."
      input AuthenticationProfileUpdateInput {
        id: ID
        name: String${fields}
        roles: AuthenticationProfilesRolesUpdateRelationInput
      }
      input AuthenticationProfilesRolesRelationInput { connect: [RoleKeyFilter!] }
      "Either reconnect, which gives all roles that it is to have, or those to add and to take."
      input AuthenticationProfilesRolesUpdateRelationInput { connect: [RoleKeyFilter!], disconnect: [RoleKeyFilter!], reconnect: [RoleKeyFilter!] }
      input AuthenticationProfileKeyFilter { id: ID, name: String }
      input AuthenticationProfileDeleteInput { id: ID, force: Boolean }
      type AuthenticationProfileTestStep {
        "options, conflict, discovery, keys or client"
        step: String!
        ok: Boolean!
        message: String!
      }`,
    mutations: `
      "Only who may do everything makes a profile: its issuer decides who everybody is."
      authenticationProfileCreate(data: AuthenticationProfileCreateInput!): AuthenticationProfile!
      "Tests whether people could sign in by a profile before it is made (data), by the one of this id, or by that one with these changes: its secret is used where data has none, and goes to no other server. What cannot be reached for an earlier step is not tested."
      authenticationProfileTest(data: AuthenticationProfileCreateInput, id: ID): [AuthenticationProfileTestStep!]!
      "Nobody gives roles, or lets people in with them, that may do more than they may, or changes whose tokens are accepted, unless they may do everything."
      authenticationProfileUpdate(data: AuthenticationProfileUpdateInput!, filter: AuthenticationProfileKeyFilter, force: Boolean): AuthenticationProfile!
      "Its users stay, and sign in again by a profile with the same issuer."
      authenticationProfileDelete(data: AuthenticationProfileDeleteInput, filter: AuthenticationProfileKeyFilter, force: Boolean): SuccessResponse!`,
    resolvers: { Mutation: { authenticationProfileCreate, authenticationProfileTest, authenticationProfileUpdate, authenticationProfileDelete } }
  }
}

const clientWords: Readonly<Record<string, string>> = { clientSecret: 'secret', selfSignUp: 'selfSignUpEmailDomains', roleIds: 'roles' }

/** Says what does not fit by the fields that clients know. */
async function inClientWords<Result> (work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    const { code, details = {} } = error as { code?: string, details?: Record<string, string> }
    if (code !== 'AUTH_PROFILES_ERR_INVALID_PROFILE') throw error
    throw new GRAPHQL_API_ERR_INVALID_ARGUMENT(Object.fromEntries(Object.entries(details).map(([field, reason]) => [clientWords[field] ?? field, reason])))
  }
}

/** The profile as a change would leave it, as far as that gives power to anybody. */
function changedBy (before: AuthenticationProfile, { type, options, linkByEmail, onEmailChange, callbackUrls, selfSignUp, roleIds = {} }: ProfileChange) {
  const { add = [], remove = [] } = isList(roleIds) ? { add: roleIds, remove: before.roleIds } : roleIds
  return {
    type: type ?? before.type,
    options: { ...before.options, ...options },
    linkByEmail: linkByEmail ?? before.linkByEmail,
    onEmailChange: onEmailChange ?? before.onEmailChange,
    callbackUrls: callbackUrls ?? before.callbackUrls,
    selfSignUp: selfSignUp ?? before.selfSignUp,
    roleIds: [...before.roleIds.filter(id => !remove.includes(id)), ...add]
  }
}

/** @param secretChanged whether another secret was given with this change */
function toAudited (profile: AuthenticationProfile, secretChanged = false): AuditedRecord {
  const { hasSecret, ...record } = toRecord(profile)
  return { ...record, secret: hasSecret ? secretChanged ? '(changed)' : '(kept)' : null }
}

/** `Array.isArray`, which does not know lists that are read-only. */
function isList (value: object): value is readonly string[] {
  return Array.isArray(value)
}
