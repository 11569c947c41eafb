import type { AuthenticationSettings, AuthenticationSettingsChange, AuthProfiles } from '@latchkey/auth-profiles'
import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import { fieldsSet, type GuardedChanges } from '../changes/guarded-changes.js'
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
/** There is one record of them. */
const recordId = 'settings'

/** The settings that hold for all authentication profiles. */
export function settingsArea ({ authProfiles, rolePermissions, changes, requesterOf }: SettingsParts): SchemaArea {
  const authenticationSettings: Resolver<unknown, unknown> = async (_source, _arguments, context) => {
    const principal = await requesterOf(context).principal()
    await authProfiles.refresh()
    rolePermissions.authorize(principal, 'read', { table })
    return show(authProfiles.settings(), principal)
  }

  const authenticationSettingsUpdate: Resolver<unknown, { data: AuthenticationSettingsChange }> = async (_source, { data }, context) => {
    const principal = await requesterOf(context).principal()
    const change = withoutNulls(data)
    const { where, finish } = changes.begin<AuthenticationSettings & { id: string }>({ principal, table, action: 'update', fields: fieldsSet(change) }, ({ id, ...settings }) => settings)
    // A permission with a filter is of no record that there is here.
    if (where !== null) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED(table, 'update')
    const settings = await authProfiles.updateSettings(change, {
      inTransaction: async (transaction, { before, after }) => {
        if (!rolePermissions.mayDoEverything(principal)) assertKnownSites(before?.allowedCallbacks ?? [], after?.allowedCallbacks ?? [], table)
        await finish(transaction, { before: before && { id: recordId, ...before }, after: after && { id: recordId, ...after } })
      }
    })
    return rolePermissions.can(principal, 'read', { table }).allowed ? show(settings, principal) : {}
  }

  function show (settings: AuthenticationSettings, principal: Principal): Partial<AuthenticationSettings> {
    const { grants } = rolePermissions.authorize(principal, 'read', { table })
    const unconditional = grants.filter(({ filter }) => filter === null)
    return Object.fromEntries(Object.entries(settings).filter(([field]) => unconditional.some(({ fields }) => fields === null || fields.has(field))))
  }

  return {
    types: `
      "What holds for all authentication profiles."
      type AuthenticationSetting {
        "Where hosted pages may send a browser back to, beside the profiles' own callback URLs."
        allowedCallbacks: [String]
        "Where they may send it after signing out, beside the profiles' own logout URLs."
        allowedLogouts: [String]
        "The origins whose pages may use this API; empty for all."
        allowedWebOrigins: [String]
        "null until they are changed for the first time."
        updatedAt: DateTime
      }
      "What is left out or null stays."
      input AuthenticationSettingUpdateInput { allowedCallbacks: [String], allowedLogouts: [String], allowedWebOrigins: [String] }`,
    queries: 'authenticationSettings: AuthenticationSetting!',
    mutations: `
      "Who may not do everything adds callbacks only of sites that are among them already: a code sent to a site signs its owner in."
      authenticationSettingsUpdate(data: AuthenticationSettingUpdateInput!): AuthenticationSetting!`,
    resolvers: { Query: { authenticationSettings }, Mutation: { authenticationSettingsUpdate } }
  }
}
