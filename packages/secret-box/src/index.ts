/**
 * Encrypts secrets for storage in a database, bound to their place, under keys that can be rotated. It depends on no
 * database and not on Fastify: the caller stores the returned text.
 */
export * as errors from './errors.js'
export { createSecretBox, type Place, type SecretBox, type SecretBoxOptions } from './secret-box.js'
