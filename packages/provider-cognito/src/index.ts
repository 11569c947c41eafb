/**
 * Owns the adapter to AWS Cognito user pools: passwords through the user pools API, hosted pages and code exchange on the
 * pool's domain, and the translation of Cognito's errors into those of `@latchkey/identity-provider`.
 * It verifies no tokens (`@latchkey/token-verifier` does) and knows nothing of the app's users (`@latchkey/auth-profiles`).
 * It does not need Fastify.
 */
export { createCognitoProvider, type CognitoProvider } from './cognito-provider.js'
export type { CognitoOptions } from './options.js'
