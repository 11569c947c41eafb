/**
 * Owns the adapter for any OpenID provider that publishes a discovery document: code exchange, token refresh, and the
 * URLs of its login and logout pages. It discovers the endpoints when they are first needed, so that an app can start
 * while its provider is down. It verifies no signatures: `@latchkey/token-verifier` does, when a request brings an ID token.
 */
export { createOpenIdProvider, type OpenIdProvider } from './openid-provider.js'
export type { OpenIdOptions } from './options.js'
