import { createError } from '@fastify/error'

/** The filter is invalid for this table. The message names the path, what is wrong and, for an unknown name, the closest known one. */
export const RECORD_FILTER_ERR_INVALID = createError<[string]>('RECORD_FILTER_ERR_INVALID', 'Invalid filter: %s', 400)
