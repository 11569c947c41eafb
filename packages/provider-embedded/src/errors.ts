import { createError } from '@fastify/error'

/** The plugin was registered with options that do not fit; the message names them. */
export const PROVIDER_EMBEDDED_ERR_INVALID_OPTIONS = createError<[string]>('PROVIDER_EMBEDDED_ERR_INVALID_OPTIONS', 'Invalid provider-embedded options: %s')

/** The stored signing keys cannot be opened with the `secretKey` given, or none was given. */
export const PROVIDER_EMBEDDED_ERR_SECRET_KEY = createError('PROVIDER_EMBEDDED_ERR_SECRET_KEY', 'The signing keys in the database are encrypted under another secretKey: start with the one they were made with (to change it, give that one as the option previousSecretKeys; in the reference app, as LATCHKEY_SECRET_KEY_PREVIOUS), or delete the rows of latchkey_embedded_keys, which ends every session')
