import type { AuthenticationProfile, AuthProfiles, ProfileChange } from '@latchkey/auth-profiles'
import type { AuditedRecord } from '@latchkey/audit-log'
import type { Principal } from '@latchkey/role-permissions'
import type { Expression, SqlBool } from 'kysely'
import { readRecordKey } from '../changes/record-key.js'
import { expectation, fieldsSet, type Expectation, type GuardedChanges } from '../changes/guarded-changes.js'
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

/** The mutations that create, test, update and delete authentication profiles. */
export function profileChangesArea ({ authProfiles, changes, permission, visibleProfiles, requesterOf }: ProfileChangesParts): SchemaArea {
  const authenticationProfileCreate: Resolver<unknown, { data: ProfileInput }> = async (_source, { data }, context) => {
    const principal = await requesterOf(context).principal()
    const change = changes.begin<AuthenticationProfile>({ principal, table, action: 'create', fields: fieldsSet(withoutNulls(data)) }, toAudited)
    permission.assertMayTrust(principal, 'create')
    const profile = await inClientWords(authProfiles.create(toNewProfile(data, rolesOf(principal, data, permission)), { inTransaction: change.finish }))
    return await visibleProfiles.changed(profile, principal)
  }

  const authenticationProfileTest: Resolver<unknown, { data?: ProfileInput | null, id?: string | null }> = async (_source, { data, id }, context) => {
    const principal = await requesterOf(context).principal()
    const { where } = changes.begin({ principal, table, action: id == null ? 'create' : 'update', fields: fieldsSet(withoutNulls(data ?? {})) })
    // A test sends requests to servers that the input names, and reports about their answers.
    permission.assertMayTrust(principal, id == null ? 'create' : 'update')
    if (id != null) return await inClientWords(authProfiles.checkChange(id, testedChange(authProfiles, id, data ?? null, where), { where }))
    if (data == null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ data: 'is required, unless the id of a profile to test is given' })
    return await authProfiles.check(toNewProfile(data, rolesOf(principal, data, permission)))
  }

  const authenticationProfileUpdate: Resolver<unknown, Expectation & { data: ProfileInput, filter?: Key | null }> = async (_source, { data, filter, expectedUpdatedAt }, context) => {
    const principal = await requesterOf(context).principal()
    const { id: dataId, ...input } = data
    const change = changes.begin<AuthenticationProfile>({ principal, table, action: 'update', fields: fieldsSet(withoutNulls(input)), expectedUpdatedAt: expectedUpdatedAt ?? undefined }, item => toAudited(item, item === after && input.secret != null))
    if (input.secret != null) permission.assertMayTrust(principal, 'update')
    const known = find(authProfiles, { id: dataId ?? null }, filter, change.where)
    // Checked before as well as in the transaction, so that a forbidden change is not even attempted.
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
    // A profile that could not be opened is in no list, but can be deleted by its id.
    const leftOut = authProfiles.leftOut().find(({ id }) => id === (data?.id ?? filter?.id))
    await authProfiles.delete((leftOut ?? find(authProfiles, data, filter, where)).id, { where, inTransaction: finish })
    return { success: true }
  }

  return { types, mutations, resolvers: { Mutation: { authenticationProfileCreate, authenticationProfileTest, authenticationProfileUpdate, authenticationProfileDelete } } }
}

/**
 * The profile that the keys name. Configured profiles are not database records, so no condition admits them.
 *
 * @throws GRAPHQL_API_ERR_INVALID_ARGUMENT, GRAPHQL_API_ERR_NOT_FOUND
 */
function find (authProfiles: AuthProfiles, one: Key | null | undefined, other: Key | null | undefined, where: Expression<SqlBool> | null): AuthenticationProfile {
  const { id, by: name } = readRecordKey('name', one, other)
  const found = findProfile(authProfiles, { id, name })
  if (found === null || (found.declaredInConfiguration && where !== null)) throw new GRAPHQL_API_ERR_NOT_FOUND('Authentication profile')
  return found
}

/** Tests ignore roles. A profile that could not be opened is in no list, but can be tested too. */
function testedChange (authProfiles: AuthProfiles, id: string, data: ProfileInput | null, where: Expression<SqlBool> | null): ProfileChange {
  const leftOut = authProfiles.leftOut().some(profile => profile.id === id)
  const before = leftOut ? { type: data?.type ?? '', selfSignUp: 'off' as const } : find(authProfiles, { id }, null, where)
  if (data === null) return {}
  if (leftOut && data.type == null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ type: 'is required for a profile that cannot be opened' })
  return toProfileChange(data, before, null)
}

function rolesOf (principal: Principal, { roles }: ProfileInput, permission: ProfilePermission): readonly string[] {
  return roles == null ? [] : permission.roles(principal, roles).give
}

const clientWords: Readonly<Record<string, string>> = { clientSecret: 'secret', selfSignUp: 'selfSignUpEmailDomains', roleIds: 'roles' }

/** Translates the fields in validation errors to the names that clients use. */
async function inClientWords<Result> (work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    const { code, details = {} } = error as { code?: string, details?: Record<string, string> }
    if (code !== 'AUTH_PROFILES_ERR_INVALID_PROFILE') throw error
    throw new GRAPHQL_API_ERR_INVALID_ARGUMENT(Object.fromEntries(Object.entries(details).map(([field, reason]) => [clientWords[field] ?? field, reason])))
  }
}

/** The security-relevant fields of a profile as a change would leave them. */
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

/** @param secretChanged whether this change contains a new secret */
function toAudited (profile: AuthenticationProfile, secretChanged = false): AuditedRecord {
  const { hasSecret, ...record } = toRecord(profile)
  return { ...record, secret: hasSecret ? secretChanged ? '(changed)' : '(kept)' : null }
}

/** `Array.isArray`, whose type does not narrow to read-only arrays. */
function isList (value: object): value is readonly string[] {
  return Array.isArray(value)
}

const fields = `
        type: String
        clientId: String
        "The domain of the provider's pages. A profile of type openid can use it in place of issuer."
        domain: String
        issuer: String
        audiences: [String]
        "Stored encrypted, and never returned."
        secret: String
        selfSignUpEnabled: Boolean
        "The email domains that may sign up; empty for any."
        selfSignUpEmailDomains: [String]
        "verified, never or always"
        linkByEmail: String
        "reject or update"
        onEmailChange: String
        callbackUrls: [String]
        logoutUrls: [String]
        databaseName: String
        managementDomain: String
        position: Int
        "Other options of the provider."
        options: JSON`

const types = `
      "People can sign up by themselves only if selfSignUpEnabled is true."
      input AuthenticationProfileCreateInput {
        name: String!${fields}
        roles: AuthenticationProfilesRolesRelationInput
      }
      "Omitted and null fields stay unchanged. An empty secret removes the secret."
      input AuthenticationProfileUpdateInput {
        id: ID
        name: String${fields}
        roles: AuthenticationProfilesRolesUpdateRelationInput
      }
      input AuthenticationProfilesRolesRelationInput { connect: [RoleKeyFilter!] }
      "Either reconnect, which replaces all roles, or connect and disconnect, which add and remove roles."
      input AuthenticationProfilesRolesUpdateRelationInput { connect: [RoleKeyFilter!], disconnect: [RoleKeyFilter!], reconnect: [RoleKeyFilter!] }
      input AuthenticationProfileKeyFilter { id: ID, name: String }
      "force is accepted for older clients and ignored."
      input AuthenticationProfileDeleteInput { id: ID, force: Boolean }
      type AuthenticationProfileTestStep {
        "options, conflict, discovery, keys or client"
        step: String!
        ok: Boolean!
        message: String!
      }`

const mutations = `
      "Creates an authentication profile. Needs full access, because the issuer of a profile decides who users are."
      authenticationProfileCreate(data: AuthenticationProfileCreateInput!): AuthenticationProfile!
      "Tests whether people can sign in with a new profile (data), an existing one (id), or an existing one with changes (both). The stored secret is used if data has none, but is never sent to another server. Steps that depend on a failed step are omitted. Needs full access."
      authenticationProfileTest(data: AuthenticationProfileCreateInput, id: ID): [AuthenticationProfileTestStep!]!
      "Updates an authentication profile. Without full access, you cannot change whose tokens it accepts, add callbacks on other sites, or let people sign up with roles that allow more than you can do."
      authenticationProfileUpdate(data: AuthenticationProfileUpdateInput!, filter: AuthenticationProfileKeyFilter, force: Boolean, ${expectation}): AuthenticationProfile!
      "Deletes an authentication profile. Its users stay, and can sign in again with a profile that has the same issuer."
      authenticationProfileDelete(data: AuthenticationProfileDeleteInput, filter: AuthenticationProfileKeyFilter, force: Boolean): SuccessResponse!`
