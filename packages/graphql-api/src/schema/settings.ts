import type { AuthenticationSettings, AuthenticationSettingsChange, AuthProfiles } from '@latchkey/auth-profiles'
import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import { fieldsSet, type Expectation, type GuardedChanges } from '../changes/guarded-changes.js'
import { assertKnownSites } from '../changes/profile-permission.js'
import { GRAPHQL_API_ERR_NOT_AUTHORIZED } from '../errors.js'
import type { RequesterOf } from '../requester-of.js'
import { withoutNulls } from '../without-nulls.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface SettingsParts {
  readonly authProfiles: AuthProfiles
  readonly rolePermissions: RolePermissionsService
  readonly changes: GuardedChanges
  readonly requesterOf: RequesterOf
}

const table = 'AuthenticationSettings'
/** There is only one record. */
const recordId = 'settings'

/** The settings for all authentication profiles. */
export function settingsArea ({ authProfiles, rolePermissions, changes, requesterOf }: SettingsParts): SchemaArea {
  const authenticationSettings: Resolver<unknown, unknown> = async (_source, _arguments, context) => {
    const principal = await requesterOf(context).principal()
    await authProfiles.refresh()
    rolePermissions.authorize(principal, 'read', { table })
    return show(authProfiles.settings(), principal)
  }

  const authenticationSettingsUpdate: Resolver<unknown, Expectation & { data: AuthenticationSettingsChange }> = async (_source, { data, expectedUpdatedAt }, context) => {
    const principal = await requesterOf(context).principal()
    const change = withoutNulls(data)
    const { where, finish } = changes.begin<AuthenticationSettings & { id: string }>({ principal, table, action: 'update', fields: fieldsSet(change), expectedUpdatedAt: expectedUpdatedAt ?? (readsUpdatedAt(principal) ? expectedUpdatedAt : undefined) }, ({ id, ...settings }) => settings)
    // The settings are not a database record, so no filter admits them.
    if (where !== null) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED(table, 'update')
    const settings = await authProfiles.updateSettings(change, {
      inTransaction: async (transaction, { before, after }) => {
        if (!rolePermissions.mayDoEverything(principal)) assertKnownSites(before?.allowedCallbacks ?? [], after?.allowedCallbacks ?? [], table)
        await finish(transaction, { before: before && { id: recordId, ...before }, after: after && { id: recordId, ...after } })
      }
    })
    return rolePermissions.can(principal, 'read', { table }).allowed ? show(settings, principal) : {}
  }

  /** Whether `null` tells the principal that the settings were never changed, and not that the field is hidden. */
  function readsUpdatedAt (principal: Principal): boolean {
    return rolePermissions.can(principal, 'read', { table }).allowed && 'updatedAt' in show(authProfiles.settings(), principal)
  }

  function show (settings: AuthenticationSettings, principal: Principal): Partial<AuthenticationSettings> {
    const { grants } = rolePermissions.authorize(principal, 'read', { table })
    const unconditional = grants.filter(({ filter }) => filter === null)
    return Object.fromEntries(Object.entries(settings).filter(([field]) => unconditional.some(({ fields }) => fields === null || fields.has(field))))
  }

  return {
    types: `
      "The settings for all authentication profiles. Fields that you cannot read are null."
      type AuthenticationSetting {
        "Where hosted pages may redirect a browser, in addition to the callback URLs of the profiles."
        allowedCallbacks: [String]
        "Where they may redirect it after sign-out, in addition to the logout URLs of the profiles."
        allowedLogouts: [String]
        "The origins whose pages may use this API; empty for all."
        allowedWebOrigins: [String]
        "null until the settings are changed for the first time."
        updatedAt: DateTime
      }
      "Omitted and null settings stay unchanged."
      input AuthenticationSettingUpdateInput { allowedCallbacks: [String], allowedLogouts: [String], allowedWebOrigins: [String] }`,
    queries: `
      "The settings for all authentication profiles. Needs read on AuthenticationSettings."
      authenticationSettings: AuthenticationSetting!`,
    mutations: `
      "Updates the settings. Without full access, you can only add callbacks on sites that are already allowed, because a site that receives a sign-in code can sign in with it."
      authenticationSettingsUpdate(data: AuthenticationSettingUpdateInput!, "Fails with the reason record_changed if the settings no longer have this updatedAt; null if they were never changed." expectedUpdatedAt: DateTime): AuthenticationSetting!`,
    resolvers: { Query: { authenticationSettings }, Mutation: { authenticationSettingsUpdate } }
  }
}
