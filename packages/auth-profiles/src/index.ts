/**
 * Owns the authentication profiles: which issuers are trusted, who may sign up with which roles, and which user and
 * principal a verified identity acts as (`fastify.authProfiles`). The adapters are passed in as a registry. Verifying
 * tokens and storing users is left to other plugins.
 */
import type {} from '@latchkey/activity-log'
import type {} from '@latchkey/api-tokens'
import type {} from '@latchkey/audit-log'
import { migrate } from '@latchkey/database'
import type {} from '@latchkey/token-verifier'
import type {} from '@latchkey/users-store'
import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import './tables.js'
import type { AuthProfiles } from './auth-profiles.js'
import { openCurrentProfiles } from './current-profiles.js'
import { createIdentityUsers } from './identity-users.js'
import { migrations, packageName } from './migrations.js'
import { openProfiles } from './open-profiles.js'
import { resolveOptions, type AuthProfilesOptions } from './options.js'
import { forgetPendingSignUps } from './pending-sign-ups.js'
import { createProfileChanges } from './profile-changes.js'
import { createProfileSecrets, sealAllAnew } from './profile-secrets.js'
import { createProfileTests } from './profile-tests.js'
import { lookUpConfiguredRoles } from './sign-up-roles.js'
import { loadStored } from './stored-profiles.js'
import { examineToken } from './token-examination.js'
import { trustConfigured } from './trusted-issuers.js'

export type { AuthProfiles, RequestOrigin, ResolvedUser, Unknown } from './auth-profiles.js'
export * as errors from './errors.js'
export type { LinkObstacle, Standing } from './identity-resolution.js'
export type { AuthProfilesOptions } from './options.js'
export type { AuthenticationSettings, AuthenticationSettingsChange } from './authentication-settings.js'
export type { CheckStep } from './connection-check.js'
export type { AuthenticationProfile, LeftOutProfile, NewProfile, ProfileChange, ProfileConfig, ProfilePolicy, SelfSignUp } from './profile.js'
export type { TokenExamination } from './token-examination.js'
export type { TokenStep } from './token-step.js'
export type { AuthenticationProfileRolesTable, AuthenticationProfilesTable, AuthenticationSettingsTable, AuthenticationVersionTable, PendingSignUpsTable } from './tables.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Authentication profiles: who can sign in and up, and which user an identity belongs to. */
    authProfiles: AuthProfiles
  }
}

async function authProfiles (fastify: FastifyInstance, options: AuthProfilesOptions): Promise<void> {
  const { profiles, providers, administratorEmail, secretKey, previousSecretKeys, upkeep, production, onSettings = () => {} } = resolveOptions(options)
  const { usersStore, rolePermissions, tokenVerifier, log } = fastify

  // The two plugins do not know each other. A user deleted by the app's own SQL leaves role assignments behind; these make nobody an administrator.
  rolePermissions.declareUsers({ table: 'latchkey_users', id: 'id' })
  usersStore.onDelete(async (transaction, { id }) => { await rolePermissions.forgetUser(id, transaction) })
  const adapters = { registry: providers, dependencies: { log } }
  const configured = openProfiles(profiles, adapters)
  trustConfigured(configured, tokenVerifier)
  await migrate(fastify.db, packageName, migrations)

  // The app's Kysely plugins, such as CamelCasePlugin, would rename the columns of the rows.
  const db = fastify.db.withoutPlugins()
  const secrets = createProfileSecrets(secretKey, previousSecretKeys)
  const current = openCurrentProfiles(await loadStored(db), { configured, adapters, secrets, tokenVerifier, db, onSettings, log })
  if (upkeep) await sealAllAnew(db, secrets)
  const apiTokens = optionalPlugin(fastify, 'apiTokens')
  const users = createIdentityUsers({
    current, db, usersStore, rolePermissions, administratorEmail, apiTokens, auditLog: optionalPlugin(fastify, 'auditLog'), activityLog: optionalPlugin(fastify, 'activityLog'), log
  })

  const service: AuthProfiles = {
    ...createProfileChanges({ db, current, configured, secrets, production, tokenVerifier }),
    ...createProfileTests({ db, current, configured, adapters, secrets, production }),
    ...users,
    list: () => current.all.map(({ profile }) => profile),
    find: by => current.all.find(({ profile }) => 'id' in by ? profile.id === by.id : profile.name === by.name)?.profile ?? null,
    provider: id => current.require(id).provider,
    leftOut: () => current.leftOut,
    refresh: () => current.refresh(),
    settings: () => current.settings,
    authenticate: async request => {
      await current.refresh()
      const tokens = apiTokens()
      if (tokens !== null && await tokens.authenticateRequest(request)) return
      await tokenVerifier.authenticate(request)
      request.principal = await principalOf(request)
    },
    examine: async (request, token, { tellingOf = service.list() } = {}) => {
      await Promise.all([rolePermissions.refresh(), current.refresh()])
      return await examineToken(token, async text => await tokenVerifier.verify(request, text), tellingOf, { authProfiles: users, usersStore, rolePermissions, apiTokens: apiTokens() })
    }
  }

  async function principalOf (request: FastifyRequest) {
    const { identity } = request
    // Undefined in a part of the app that was registered before the token verifier.
    if (identity != null) return (await users.resolve(identity, request)).principal
    await rolePermissions.refresh()
    return rolePermissions.guest()
  }

  fastify.decorate('authProfiles', Object.freeze(service))
  // Configured roles exist only when the app is ready.
  fastify.addHook('onReady', async () => {
    const roles = lookUpConfiguredRoles(profiles, rolePermissions)
    current.setConfiguredRoles(id => roles.get(id) ?? [])
  })
  const forgetting = upkeep ? forgetPendingSignUps(db, log) : null
  fastify.addHook('onClose', async () => { await Promise.all([current.close(), forgetting?.stop()]) })
}

/** A plugin that the app may not have, and may register after this one. The result is `null` until the app is ready. */
function optionalPlugin<Name extends 'apiTokens' | 'auditLog' | 'activityLog'> (fastify: FastifyInstance, name: Name): () => FastifyInstance[Name] | null {
  let plugin: FastifyInstance[Name] | null = null
  fastify.addHook('onReady', async () => { plugin = fastify.hasDecorator(name) ? fastify[name] : null })
  return () => plugin
}

export default fp(authProfiles, {
  name: packageName,
  fastify: '5.x',
  dependencies: ['@latchkey/database', '@latchkey/users-store', '@latchkey/role-permissions', '@latchkey/token-verifier']
})
