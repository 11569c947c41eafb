import { createError } from '@fastify/error'

/** The code is none, or its time is over. */
export const FIRST_ADMINISTRATOR_ERR_WRONG_CODE = createError('FIRST_ADMINISTRATOR_ERR_WRONG_CODE', 'is not the code, or its time is over: it stands in the log of the server since its last start, and is good for 24 hours. Starting the server again makes a new one', 400)

/** There is an administrator, and codes are of no use any more. */
export const FIRST_ADMINISTRATOR_ERR_NOT_NEEDED = createError('FIRST_ADMINISTRATOR_ERR_NOT_NEEDED', 'is of no use any more: there is somebody who may do everything, and who can give you a role', 409)

/** The user has tried too many codes. */
export const FIRST_ADMINISTRATOR_ERR_TOO_MANY_TRIES = createError('FIRST_ADMINISTRATOR_ERR_TOO_MANY_TRIES', 'Too many codes were tried: wait a minute, and try again', 429)
