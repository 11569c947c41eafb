/**
 * Owns the authentication profiles: which issuers are trusted, who may sign up with which roles, and which user and
 * principal a verified identity acts as (`fastify.authProfiles`). The adapters are passed in as a registry. Verifying
 * tokens and storing users is left to other plugins.
 */
import type { ActivityLog } from '@latchkey/activity-log'
import type { ApiTokens } from '@latchkey/api-tokens'
import type { AuditLog } from '@latchkey/audit-log'
import { migrate, seenChanges } from '@latchkey/database'
import type { Identity, TokenVerifier } from '@latchkey/token-verifier'
import { normalizeEmail } from '@latchkey/users-store'
import fp from 'fastify-plugin'
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify'
import { randomUUID } from 'node:crypto'
import './tables.js'
import type { AuthProfiles, ResolvedUser, Unknown } from './auth-profiles.js'
import { checkConnection } from './connection-check.js'
import { openCurrentProfiles, type CurrentProfiles } from './current-profiles.js'
import { AUTH_PROFILES_ERR_INVALID_OPTIONS, AUTH_PROFILES_ERR_INVALID_PROFILE, AUTH_PROFILES_ERR_PROFILE_NOT_FOUND, AUTH_PROFILES_ERR_USER_NOT_FOUND } from './errors.js'
import { createLinkIdentity } from './identity-linking.js'
import { createIdentityLookUp, createIdentityResolution, emailsAgree, isNoted } from './identity-resolution.js'
import { openProfiles, openStoredAdapter, toTrustedIssuer, type OpenedProfile } from './open-profiles.js'
import { resolveOptions, type AuthProfilesOptions } from './options.js'
import type { AuthenticationProfile, LeftOutProfile } from './profile.js'
import { assertNoConflict, checkNew, createProfileChanges } from './profile-changes.js'
import { newFields } from './profile-fields.js'
import { createProfileSecrets } from './profile-secrets.js'
import { prepareFindByIdentity, tablesOfUsers } from './principal-query.js'
import { migrations, packageName } from './migrations.js'
import { createPasswordSignUp } from './password-sign-up.js'
import { createPendingSignUps, forgetPendingSignUps } from './pending-sign-ups.js'
import { createKeepPromise } from './promised-roles.js'
import { createReadings } from './readings.js'
import { rememberUsers } from './remembered-users.js'
import { admit } from './sign-up-policy.js'
import { noteSignIns } from './sign-in-notes.js'
import { createSignUp } from './sign-up.js'
import { createSignUpRoles, lookUpConfiguredRoles } from './sign-up-roles.js'
import { loadStored } from './stored-profiles.js'
import { examineToken } from './token-examination.js'
import { createIsVouchedFor } from './vouched-records.js'
import { createCanSignIn } from './ways-in.js'

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
  trust(configured, tokenVerifier)
  await migrate(fastify.db, packageName, migrations)

  // The app's Kysely plugins, such as CamelCasePlugin, would rename the columns of the rows.
  const db = fastify.db.withoutPlugins()
  const secrets = createProfileSecrets(secretKey, previousSecretKeys)
  const current = openCurrentProfiles(await loadStored(db), {
    configured,
    adapters,
    secrets,
    tokenVerifier,
    db,
    onSettings,
    report: createReport(log)
  })
  const changes = createProfileChanges({ db, current, configured, secrets, production, checkTrust: opened => { checkTrust(current, opened, tokenVerifier) } })
  if (upkeep) await changes.sealAnew()

  const remembered = rememberUsers(prepareFindByIdentity(db, usersStore.columns), createReadings(seenChanges(db, tablesOfUsers)))
  let auditLog: AuditLog | null = null
  const resolution = { findByIdentity: remembered.find, usersStore, db, isVouchedFor: createIsVouchedFor(trustsEmailsOf), auditLog: () => auditLog, log }
  const lookUpIdentity = createIdentityLookUp(resolution)
  const resolveIdentity = createIdentityResolution(resolution)
  const linkIdentity = createLinkIdentity(resolution)
  const canSignIn = createCanSignIn(issuer => current.all.some(({ profile }) => profile.issuer === issuer))
  const administrator = normalizeAdministrator(administratorEmail)
  let apiTokens: ApiTokens | null = null
  let activityLog: ActivityLog | null = null
  const signIns = noteSignIns(() => activityLog, remembered)
  const signUp = createSignUp({
    usersStore,
    rolePermissions,
    resolveIdentity,
    rolesFor: createSignUpRoles(rolePermissions),
    auditLog: () => auditLog,
    activityLog: () => activityLog,
    log,
    administratorEmail: administrator
  })
  const pending = createPendingSignUps(fastify.db)
  const passwordSignUp = createPasswordSignUp({ usersStore, pending, keepPromise: createKeepPromise({ usersStore, rolePermissions, apiTokens: () => apiTokens }), signUp, log })

  const service: AuthProfiles = {
    list: () => current.all.map(({ profile }) => profile),
    find: by => current.all.find(({ profile }) => 'id' in by ? profile.id === by.id : profile.name === by.name)?.profile ?? null,
    provider: id => profileOf(id).provider,
    leftOut: () => current.leftOut,
    refresh: () => current.refresh(),
    create: (profile, options) => changes.create(profile, options),
    update: (id, change, options) => changes.update(id, change, options),
    delete: (id, options) => changes.delete(id, options),
    check: async profile => await checkConnection({
      open: () => {
        checkNew(profile, production)
        const provider = openStoredAdapter({ id: randomUUID(), fields: newFields(profile) }, profile.clientSecret ?? null, adapters)
        // For a test only: undo what it registered with this app's own provider.
        provider.retire?.()
        return provider
      },
      inUse: false,
      callbackUrls: profile.callbackUrls ?? [],
      checkConflict: ({ issuer }) => { assertNoConflict(issuer, current.all.map(({ profile }) => profile)) }
    }),
    checkChange: async (id, change, options) => {
      await current.refresh()
      const known = current.get(id)
      if (known?.profile.declaredInConfiguration !== true || Object.keys(change).length > 0) return await checkConnection(await changes.draft(id, change, options))
      return await checkConnection({ open: () => known.provider, inUse: true, callbackUrls: known.profile.callbackUrls, checkConflict: () => {} })
    },
    settings: () => current.settings,
    updateSettings: (change, options) => changes.updateSettings(change, options),
    authenticate: async request => {
      await current.refresh()
      if (apiTokens !== null && await apiTokens.authenticateRequest(request)) return
      await tokenVerifier.authenticate(request)
      request.principal = await principalOf(request)
    },
    resolve: async (identity, origin) => {
      await refreshAll()
      const { profile } = profileOf(identity.profileId)
      const known = knownUser(identity)
      if (known !== undefined) return known
      const resolved = await resolveOrComplete(identity, profile)
      signIns.note(identity, resolved.user.id, origin)
      return resolved
    },
    known: identity => refreshAll() === undefined && current.get(identity.profileId) !== undefined ? knownUser(identity) : undefined,
    link: async (identity, own, origin) => {
      const resolved = await service.resolve(own, origin)
      profileOf(identity.profileId)
      await linkIdentity(identity, own, resolved)
      return resolved
    },
    canSignIn: async (userId, transaction) => await canSignIn(transaction ?? db, userId),
    lookUp: async identity => {
      const { profile } = profileOf(identity.profileId)
      return await lookUpIdentity(identity, profile) ?? await unknown(identity, profile)
    },
    examine: async (request, token, { tellingOf = service.list() } = {}) => {
      await Promise.all([rolePermissions.refresh(), current.refresh()])
      return await examineToken(token, async text => await tokenVerifier.verify(request, text), tellingOf, { authProfiles: service, usersStore, rolePermissions, apiTokens })
    },
    signUp: async (identity, { user, authProfileId }, origin) => {
      await refreshAll()
      const { profile } = profileOrFirst(authProfileId)
      const signedUp = await signUp(identity, profile, user, await passwordSignUp.promised(identity, profile))
      await pending.remove({ ...identity, email: signedUp.user.email })
      signIns.note(identity, signedUp.user.id, origin)
      return signedUp
    },
    signUpWithPassword: async ({ authProfileId, ...request }) => {
      await refreshAll()
      await passwordSignUp.begin(profileOrFirst(authProfileId), request)
    }
  }

  /** Refreshes both concurrently. Neither fails. */
  function refreshAll (): Promise<unknown> | undefined {
    const roles = rolePermissions.refresh()
    const profiles = current.refresh()
    if (roles !== undefined || profiles !== undefined) return Promise.all([roles, profiles])
  }

  /** The cached user, if nothing has to be stored or reported for this token. */
  function knownUser (identity: Identity): ResolvedUser | undefined {
    const user = remembered.get(identity)
    return user !== undefined && emailsAgree(identity, user.bound) && isNoted(identity, user.bound) && signIns.has(identity, user) ? user.bound.answer : undefined
  }

  async function unknown (identity: Identity, profile: AuthenticationProfile): Promise<Unknown> {
    const waiting = (await pending.find(identity))?.profileId === profile.id
    try {
      admit(profile, { email: normalizeEmail(identity.email), emailVerified: identity.emailVerified }, administrator)
      return { kind: 'nobody', waiting, refusal: null }
    } catch (error) {
      return { kind: 'nobody', waiting, refusal: (error as Error).message }
    }
  }

  /** An identity has an issuer but no profile, so all profiles of the issuer must trust its emails. */
  function trustsEmailsOf (issuer: string): boolean {
    const profiles = current.all.filter(({ profile }) => profile.issuer === issuer)
    return profiles.length > 0 && profiles.every(({ profile }) => profile.linkByEmail === 'always')
  }

  /** The first token of an account that signed up with a password creates its user. */
  async function resolveOrComplete (identity: Identity, profile: AuthenticationProfile): Promise<ResolvedUser> {
    try {
      return await resolveIdentity(identity, profile)
    } catch (error) {
      if (!(error instanceof AUTH_PROFILES_ERR_USER_NOT_FOUND)) throw error
      // If no sign-up is pending any more, another request may have created the user meanwhile.
      return await passwordSignUp.complete(identity, profile) ?? await resolveIdentity(identity, profile)
    }
  }

  function profileOrFirst (id: string | null | undefined): OpenedProfile {
    return id == null ? current.all[0] as OpenedProfile : profileOf(id)
  }

  function profileOf (id: string): OpenedProfile {
    const found = current.get(id)
    if (found === undefined) throw new AUTH_PROFILES_ERR_PROFILE_NOT_FOUND()
    return found
  }

  async function principalOf (request: FastifyRequest) {
    const { identity } = request
    // Undefined in a part of the app that was registered before the token verifier.
    if (identity != null) return (await service.resolve(identity, request)).principal
    await rolePermissions.refresh()
    return rolePermissions.guest()
  }

  fastify.decorate('authProfiles', Object.freeze(service))
  // Configured roles exist only when the app is ready.
  fastify.addHook('onReady', async () => {
    const roles = lookUpConfiguredRoles(profiles, rolePermissions)
    current.setConfiguredRoles(id => roles.get(id) ?? [])
  })
  // Optional plugins, which may be registered after this one.
  fastify.addHook('onReady', async () => {
    apiTokens = fastify.hasDecorator('apiTokens') ? fastify.apiTokens : null
    auditLog = fastify.hasDecorator('auditLog') ? fastify.auditLog : null
    activityLog = fastify.hasDecorator('activityLog') ? fastify.activityLog : null
  })
  const forgetting = upkeep ? forgetPendingSignUps(db, log) : null
  fastify.addHook('onClose', async () => { await Promise.all([current.close(), forgetting?.stop()]) })
}

/** @throws AUTH_PROFILES_ERR_INVALID_OPTIONS if tokens of the configured profiles could not be verified or told apart. Reuses the verifier's message, in which profiles are `issuers` */
function trust (configured: readonly OpenedProfile[], tokenVerifier: TokenVerifier): void {
  try {
    tokenVerifier.trust(configured.map(toTrustedIssuer))
  } catch (error) {
    const { code, message } = error as { code?: string, message: string }
    if (code !== 'TOKEN_VERIFIER_ERR_INVALID_OPTIONS') throw error
    throw new AUTH_PROFILES_ERR_INVALID_OPTIONS(message.replace(/^.*?\bissuers\.(?=\d)/, 'profiles.'))
  }
}

/** @throws AUTH_PROFILES_ERR_INVALID_PROFILE if the verifier could not accept the profile's tokens together with those of the others */
function checkTrust (current: CurrentProfiles, opened: OpenedProfile, tokenVerifier: TokenVerifier): void {
  const others = current.all.filter(({ profile }) => profile.id !== opened.profile.id)
  try {
    tokenVerifier.check([...others, opened].map(toTrustedIssuer))
  } catch (error) {
    throw new AUTH_PROFILES_ERR_INVALID_PROFILE({ options: `are invalid: ${(error as Error).message}` })
  }
}

function createReport (log: FastifyBaseLogger) {
  return {
    refresh: (error: unknown) => {
      if (error === undefined) log.info('The authentication profiles can be read from the database again')
      else log.error({ err: error }, 'The authentication profiles cannot be read from the database. The last known profiles stay in use.')
    },
    leftOut: ({ id, name, reason }: LeftOutProfile) => { log.error({ profile: id, name, reason }, 'An authentication profile cannot be opened and is skipped. Nobody can sign in with it.') },
    closing: (error: unknown) => { log.warn({ err: error }, 'The adapter of an authentication profile could not be closed') }
  }
}

function normalizeAdministrator (email: string | undefined): string | undefined {
  if (email === undefined) return undefined
  try {
    return normalizeEmail(email)
  } catch {
    throw new AUTH_PROFILES_ERR_INVALID_OPTIONS('administratorEmail is not an email address')
  }
}

export default fp(authProfiles, {
  name: packageName,
  fastify: '5.x',
  dependencies: ['@latchkey/database', '@latchkey/users-store', '@latchkey/role-permissions', '@latchkey/token-verifier']
})
