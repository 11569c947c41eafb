/**
 * Owns the adapter to an AWS Cognito user pool: passwords by the user pools API, hosted pages and code exchange
 * by the pool's domain, and what Cognito's errors mean in the words of `@latchkey/identity-provider`.
 * It verifies no token and knows no user of the app: those are `@latchkey/token-verifier`'s and `@latchkey/auth-profiles`'.
 * It needs no Fastify; an app hands `createCognitoProvider` to whoever opens its authentication profiles.
 */
export { createCognitoProvider, type CognitoProvider } from './cognito-provider.js'
export type { CognitoOptions } from './options.js'
