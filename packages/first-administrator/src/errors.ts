import { createError } from '@fastify/error'

/** The plugin got options; the message names them. */
export const FIRST_ADMINISTRATOR_ERR_INVALID_OPTIONS = createError<[string]>('FIRST_ADMINISTRATOR_ERR_INVALID_OPTIONS', 'Invalid first administrator options: %s')

/** The code is wrong or has expired. The message is a field detail, so it starts with a verb. */
export const FIRST_ADMINISTRATOR_ERR_WRONG_CODE = createError('FIRST_ADMINISTRATOR_ERR_WRONG_CODE', 'is wrong or has expired. The server logged the code when it last started; it is valid for 24 hours. Restart the server to get a new code', 400)

/** There already is an administrator, so codes are no longer needed. */
export const FIRST_ADMINISTRATOR_ERR_NOT_NEEDED = createError('FIRST_ADMINISTRATOR_ERR_NOT_NEEDED', 'is no longer valid: there already is an administrator, who can give you a role', 409)

/** The user has tried too many codes. */
export const FIRST_ADMINISTRATOR_ERR_TOO_MANY_TRIES = createError('FIRST_ADMINISTRATOR_ERR_TOO_MANY_TRIES', 'Too many attempts. Wait a minute and try again', 429)
