/**
 * Owns the adapter to an Auth0 tenant: passwords, tokens and hosted pages by the Authentication API, and what Auth0's
 * errors mean in the words of `@latchkey/identity-provider`. What needs the Management API (deleting accounts, sending
 * the verification email again, setting a password) it leaves out.
 * It verifies no token and needs no Fastify; an app hands `createAuth0Provider` to whoever opens its authentication profiles.
 */
export { createAuth0Provider, type Auth0Provider } from './auth0-provider.js'
export type { Auth0Options } from './options.js'
