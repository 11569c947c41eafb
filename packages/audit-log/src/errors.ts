import { createError } from '@fastify/error'

/** The plugin's options are invalid; the message names them. */
export const AUDIT_LOG_ERR_INVALID_OPTIONS = createError<[string]>('AUDIT_LOG_ERR_INVALID_OPTIONS', 'Invalid audit log options: %s')
