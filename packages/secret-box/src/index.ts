/**
 * Owns how secrets lie in a database: sealed for their place, under a key that can be rotated. It knows no
 * database and no Fastify; whoever keeps a secret stores the text that it gives.
 */
export * as errors from './errors.js'
export { createSecretBox, type Place, type SecretBox, type SecretBoxOptions } from './secret-box.js'
