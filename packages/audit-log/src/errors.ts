import { createError } from '@fastify/error'

/** The plugin was registered with options that do not fit; the message names them. */
export const AUDIT_LOG_ERR_INVALID_OPTIONS = createError<[string]>('AUDIT_LOG_ERR_INVALID_OPTIONS', 'Invalid audit log options: %s')
