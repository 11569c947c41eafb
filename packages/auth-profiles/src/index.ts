/**
 * Owns authentication profiles and what follows from them: which issuers are trusted, who may sign up with
 * which roles, and the way from a verified identity to the user and principal it acts as: `fastify.authProfiles`.
 * Adapters are handed to it as a registry; it verifies no token and stores no user itself.
 */
import type { ApiTokens } from '@latchkey/api-tokens'
import { migrate } from '@latchkey/database'
import type { Identity, TrustedIssuer } from '@latchkey/token-verifier'
import { normalizeEmail } from '@latchkey/users-store'
import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import './tables.js'
import type { AuthProfiles, ResolvedUser } from './auth-profiles.js'
import { AUTH_PROFILES_ERR_INVALID_OPTIONS, AUTH_PROFILES_ERR_PROFILE_NOT_FOUND, AUTH_PROFILES_ERR_USER_NOT_FOUND } from './errors.js'
import { createIdentityResolution } from './identity-resolution.js'
import { openProfiles, type OpenedProfile } from './open-profiles.js'
import { resolveOptions, type AuthProfilesOptions } from './options.js'
import type { AuthenticationProfile } from './profile.js'
import { prepareFindByIdentity, type UserWithRoles } from './principal-query.js'
import { migrations, packageName } from './migrations.js'
import { createPasswordSignUp } from './password-sign-up.js'
import { createPendingSignUps } from './pending-sign-ups.js'
import { createSignUp } from './sign-up.js'
import { lookUpSignUpRoles, type SignUpRoles } from './sign-up-roles.js'

export type { AuthProfiles, ResolvedUser } from './auth-profiles.js'
export * as errors from './errors.js'
export type { AuthProfilesOptions } from './options.js'
export type { PendingSignUpsTable } from './tables.js'
export type { AuthenticationProfile, ProfileConfig, ProfilePolicy, SelfSignUp } from './profile.js'

declare module 'fastify' {
  interface FastifyInstance {
    authProfiles: AuthProfiles
  }
}

async function authProfiles (fastify: FastifyInstance, options: AuthProfilesOptions): Promise<void> {
  const { profiles, providers, administratorEmail } = resolveOptions(options)
  const { usersStore, rolePermissions, tokenVerifier } = fastify

  const opened = openProfiles(profiles, providers, { log: fastify.log })
  const byId = new Map(opened.map(entry => [entry.profile.id, entry]))
  tokenVerifier.trust(opened.map(toTrustedIssuer))
  await migrate(fastify.db, packageName, migrations)

  const resolveIdentity = createIdentityResolution(prepareFindByIdentity(fastify.db, usersStore.columns), usersStore)
  let rolesFor: SignUpRoles = () => rolePermissions.guest().roles
  let apiTokens: ApiTokens | null = null
  const signUp = createSignUp({
    usersStore,
    rolePermissions,
    resolveIdentity,
    rolesFor: profile => rolesFor(profile),
    administratorEmail: normalizeAdministrator(administratorEmail)
  })
  const pending = createPendingSignUps(fastify.db)
  const passwordSignUp = createPasswordSignUp({ usersStore, rolePermissions, pending, signUp })

  const service: AuthProfiles = {
    list: () => opened.map(({ profile }) => profile),
    find: by => opened.find(({ profile }) => 'id' in by ? profile.id === by.id : profile.name === by.name)?.profile ?? null,
    provider: id => profileOf(id).provider,
    authenticate: async request => {
      if (apiTokens !== null && await apiTokens.authenticateRequest(request)) return
      await tokenVerifier.authenticate(request)
      request.principal = await principalOf(request)
    },
    resolve: async identity => {
      await rolePermissions.refresh()
      return asPrincipal(await resolveOrComplete(identity, profileOf(identity.profileId).profile))
    },
    signUp: async (identity, { user, authProfileId }) => {
      await rolePermissions.refresh()
      const signedUp = await signUp(identity, profileOrFirst(authProfileId).profile, user)
      await pending.remove(identity)
      return asPrincipal(signedUp)
    },
    signUpWithPassword: async ({ authProfileId, ...request }) => {
      await rolePermissions.refresh()
      await passwordSignUp.begin(profileOrFirst(authProfileId), request)
    }
  }

  /** Who signed up with a password becomes a user by the first token. */
  async function resolveOrComplete (identity: Identity, profile: AuthenticationProfile): Promise<UserWithRoles> {
    try {
      return await resolveIdentity(identity, profile)
    } catch (error) {
      if (!(error instanceof AUTH_PROFILES_ERR_USER_NOT_FOUND)) throw error
      // Where none is waiting any more, another request may have made the user meanwhile.
      return await passwordSignUp.complete(identity, profile) ?? await resolveIdentity(identity, profile)
    }
  }

  function profileOrFirst (id: string | null | undefined): OpenedProfile {
    return id == null ? opened[0] as OpenedProfile : profileOf(id)
  }

  function profileOf (id: string): OpenedProfile {
    const found = byId.get(id)
    if (found === undefined) throw new AUTH_PROFILES_ERR_PROFILE_NOT_FOUND()
    return found
  }

  async function principalOf ({ identity }: FastifyRequest) {
    if (identity !== null) return (await service.resolve(identity)).principal
    await rolePermissions.refresh()
    return rolePermissions.guest()
  }

  fastify.decorate('authProfiles', Object.freeze(service))
  // Roles that the configuration declares are there when the app is ready, and not before.
  fastify.addHook('onReady', async () => { rolesFor = lookUpSignUpRoles(service.list(), rolePermissions) })
  // Where the app has them: they may be registered after this plugin.
  fastify.addHook('onReady', async () => { apiTokens = fastify.hasDecorator('apiTokens') ? fastify.apiTokens : null })
  fastify.addHook('onClose', async () => {
    await Promise.all(opened.map(({ provider }) => provider.close?.()))
  })
}

function toTrustedIssuer ({ profile, provider }: OpenedProfile): TrustedIssuer {
  // The verifier checks the algorithms' names itself.
  return { id: profile.id, ...provider.issuer as Omit<TrustedIssuer, 'id'> }
}

function asPrincipal ({ user, roleIds }: UserWithRoles): ResolvedUser {
  return { user, principal: { kind: 'user', userId: user.id, email: user.email, roles: roleIds } }
}

function normalizeAdministrator (email: string | undefined): string | undefined {
  if (email === undefined) return undefined
  try {
    return normalizeEmail(email)
  } catch {
    throw new AUTH_PROFILES_ERR_INVALID_OPTIONS('administratorEmail is no email address')
  }
}

export default fp(authProfiles, {
  name: packageName,
  fastify: '5.x',
  dependencies: ['@latchkey/database', '@latchkey/users-store', '@latchkey/role-permissions', '@latchkey/token-verifier']
})
