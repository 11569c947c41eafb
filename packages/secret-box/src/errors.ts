import { createError } from '@fastify/error'

/** A key is too short. */
export const SECRET_BOX_ERR_INVALID_KEY = createError('SECRET_BOX_ERR_INVALID_KEY', 'A secret key must have at least 32 characters')

/** The secret was sealed with an unknown key or for another place, or was modified. */
export const SECRET_BOX_ERR_UNREADABLE = createError<[string]>('SECRET_BOX_ERR_UNREADABLE', 'A stored secret cannot be read: %s')
