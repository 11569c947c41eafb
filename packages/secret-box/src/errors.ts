import { createError } from '@fastify/error'

/** A key is too short to be one. */
export const SECRET_BOX_ERR_INVALID_KEY = createError('SECRET_BOX_ERR_INVALID_KEY', 'A secret key must have at least 32 characters')

/** It was sealed under a key that is not given, or for another place, or it was altered. */
export const SECRET_BOX_ERR_UNREADABLE = createError<[string]>('SECRET_BOX_ERR_UNREADABLE', 'A stored secret cannot be read: %s')
