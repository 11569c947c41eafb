/**
 * Owns the adapter to Auth0: passwords, tokens and hosted pages through the Authentication API, and the translation of
 * Auth0's errors into those of `@latchkey/identity-provider`. It has nothing that needs the Management API: deleting
 * accounts, resending the verification email, setting a password.
 * It verifies no tokens (`@latchkey/token-verifier` does) and does not need Fastify.
 */
export { createAuth0Provider, type Auth0Provider } from './auth0-provider.js'
export type { Auth0Options } from './options.js'
