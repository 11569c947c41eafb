import { createError } from '@fastify/error'

/** The plugin was registered with invalid options; the message names them. */
export const PROVIDER_EMBEDDED_ERR_INVALID_OPTIONS = createError<[string]>('PROVIDER_EMBEDDED_ERR_INVALID_OPTIONS', 'Invalid provider-embedded options: %s')

/** The stored signing keys cannot be decrypted: `secretKey` is missing or a different one. */
export const PROVIDER_EMBEDDED_ERR_SECRET_KEY = createError('PROVIDER_EMBEDDED_ERR_SECRET_KEY', 'The signing keys in the database are encrypted under another secretKey. Start with the original key. To change keys, also give the original one in the option previousSecretKeys (LATCHKEY_SECRET_KEY_PREVIOUS in the reference app). If it is lost, delete the rows of latchkey_embedded_keys, which ends every session')
