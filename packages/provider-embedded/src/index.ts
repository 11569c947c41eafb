/**
 * Owns the identity provider that is part of the app: accounts with passwords, an OpenID provider below `/oidc`
 * with its hosted pages, signing keys, sessions and tokens: `fastify.providerEmbedded`.
 * It has tables of its own and knows nothing of the Users table, roles or profiles' policies.
 */
import { leaveUnseen, migrate } from '@latchkey/database'
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import type { EmbeddedProvider } from './embedded-provider.js'
import { startEmbedded } from './embedded.js'
import { migrations } from './migrations.js'
import { resolveOptions, type ProviderEmbeddedOptions } from './options.js'
import { providerPages } from './pages/provider-pages.js'
import type { EmbeddedProfileOptions, SharedRedirects } from './profiles.js'
import { legacyRoutes } from './routes/legacy-routes.js'
import { openIdRoutes } from './routes/openid-routes.js'
import { pageRoutes } from './routes/page-routes.js'
import './tables.js'

export * as errors from './errors.js'
export type { EmailConfirmation, EmbeddedProvider, FromAddress } from './embedded-provider.js'
export type { ProviderEmbeddedOptions } from './options.js'
export type { EmbeddedProfileOptions, SharedRedirects } from './profiles.js'

/** What `fastify.providerEmbedded` can do. */
export interface ProviderEmbedded {
  /** What `iss` is in every token: `<publicUrl>/oidc`. */
  readonly issuer: string
  /**
   * Opens the provider for an authentication profile of type `embedded`; opening the same profile again replaces it.
   *
   * @throws IDENTITY_PROVIDER_ERR_INVALID_OPTIONS
   */
  createProvider (options: EmbeddedProfileOptions): EmbeddedProvider
  /**
   * Allows addresses for all profiles, beside their own: where the hosted pages may send a browser, compared to the letter.
   * Those of before are allowed no more.
   */
  allowRedirects (redirects: SharedRedirects): void
  /**
   * Makes the next signing key. It is published at once and signs as soon as every copy of the app has published it;
   * the one before it stays published until its last token has expired.
   *
   * @returns the key's id, and when it begins to sign (ISO 8601)
   */
  rotateKeys (): Promise<{ kid: string, signsFrom: string }>
}

declare module 'fastify' {
  interface FastifyInstance {
    providerEmbedded: ProviderEmbedded
  }
}

async function providerEmbedded (fastify: FastifyInstance, options: ProviderEmbeddedOptions): Promise<void> {
  const resolved = resolveOptions(options)
  await migrate(fastify.db, '@latchkey/provider-embedded', migrations)
  // Each step of each sign-in writes there, and nobody remembers anything of it.
  leaveUnseen(fastify.db, ['latchkey_embedded_records', 'latchkey_embedded_attempts', 'latchkey_embedded_outbox'])
  const embedded = await startEmbedded({ db: fastify.db, options: resolved, log: fastify.log, pages: providerPages })
  fastify.addHook('onClose', async () => { await embedded.close() })

  const { issuer, createProvider, rotateKeys, profiles } = embedded
  fastify.decorate('providerEmbedded', Object.freeze<ProviderEmbedded>({ issuer, createProvider, rotateKeys, allowRedirects: redirects => { profiles.share(redirects) } }))
  // Scopes of their own: they differ in how request bodies are read, and neither changes the app's.
  await fastify.register(async scope => { await openIdRoutes(scope, { embedded }) })
  await fastify.register(async scope => { await pageRoutes(scope, { embedded, production: resolved.production }) })
  if (resolved.legacyRoutes) await fastify.register(async scope => { await legacyRoutes(scope, { embedded }) })
}

export default fp(providerEmbedded, {
  name: '@latchkey/provider-embedded',
  fastify: '5.x',
  decorators: { fastify: ['db'] }
})
