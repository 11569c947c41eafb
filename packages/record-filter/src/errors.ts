import { createError } from '@fastify/error'

/** The filter is invalid for this table. The message names the path, what is wrong and, for an unknown name, the closest known one. */
export const RECORD_FILTER_ERR_INVALID = createError<[string]>('RECORD_FILTER_ERR_INVALID', 'Invalid filter: %s', 400)

/** The description of the table is invalid, which is a mistake of the app. The message names the table, the path and what is wrong. */
export const RECORD_FILTER_ERR_INVALID_TABLE = createError<[string]>('RECORD_FILTER_ERR_INVALID_TABLE', 'Invalid table: %s')
