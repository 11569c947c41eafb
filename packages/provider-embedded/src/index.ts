/**
 * Owns the identity provider inside the app, `fastify.providerEmbedded`: accounts with passwords, an OpenID provider
 * below `/oidc` with its hosted pages, signing keys, sessions and tokens.
 * It has its own tables and knows nothing about the Users table, roles or the profiles' policies.
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

/** The decorator `fastify.providerEmbedded`. */
export interface ProviderEmbedded {
  /** The `iss` of every token: `<publicUrl>/oidc`. */
  readonly issuer: string
  /**
   * Opens the provider for an authentication profile of type `embedded`. Opening the same profile again replaces it.
   *
   * @throws IDENTITY_PROVIDER_ERR_INVALID_OPTIONS
   */
  createProvider (options: EmbeddedProfileOptions): EmbeddedProvider
  /**
   * Sets the redirect URLs that are allowed for all profiles, in addition to their own. URLs must match exactly.
   * Each call replaces the URLs of the previous one.
   */
  allowRedirects (redirects: SharedRedirects): void
  /**
   * Creates the next signing key. It is published at once and used for signing as soon as every instance of the app has
   * published it. The previous key stays published until its last token has expired.
   *
   * @returns the key's id, and when it starts to sign (ISO 8601)
   */
  rotateKeys (): Promise<{ kid: string, signsFrom: string }>
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The embedded OpenID provider. */
    providerEmbedded: ProviderEmbedded
  }
}

async function providerEmbedded (fastify: FastifyInstance, options: ProviderEmbeddedOptions): Promise<void> {
  const resolved = resolveOptions(options)
  await migrate(fastify.db, '@latchkey/provider-embedded', migrations)
  // Every step of a sign-in writes to these tables, and nothing caches what is in them.
  leaveUnseen(fastify.db, ['latchkey_embedded_records', 'latchkey_embedded_attempts', 'latchkey_embedded_outbox'])
  const embedded = await startEmbedded({ db: fastify.db, options: resolved, log: fastify.log, pages: providerPages })
  fastify.addHook('onClose', async () => { await embedded.close() })

  const { issuer, createProvider, rotateKeys, profiles } = embedded
  fastify.decorate('providerEmbedded', Object.freeze<ProviderEmbedded>({ issuer, createProvider, rotateKeys, allowRedirects: redirects => { profiles.share(redirects) } }))
  // Separate scopes, because each parses request bodies in its own way and must not change the app's parsers.
  await fastify.register(async scope => { await openIdRoutes(scope, { embedded }) })
  await fastify.register(async scope => { await pageRoutes(scope, { embedded, production: resolved.production }) })
  if (resolved.legacyRoutes) await fastify.register(async scope => { await legacyRoutes(scope, { embedded }) })
}

export default fp(providerEmbedded, {
  name: '@latchkey/provider-embedded',
  fastify: '5.x',
  decorators: { fastify: ['db'] }
})
