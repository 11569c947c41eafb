/**
 * Owns the adapter for any OpenID provider that publishes a discovery document: code exchange, refresh, and the
 * addresses of its login and logout pages. It finds the endpoints by discovery, when they are first needed, so that
 * an app starts while its provider is down. It verifies no signature: an ID token that comes back to the app with a
 * request is verified by whoever verifies all of them.
 */
export { createOpenIdProvider, type OpenIdProvider } from './openid-provider.js'
export type { OpenIdOptions } from './options.js'
