import { createError } from '@fastify/error'

/** The plugin's options are invalid; the message names them. */
export const ACTIVITY_LOG_ERR_INVALID_OPTIONS = createError<[string]>('ACTIVITY_LOG_ERR_INVALID_OPTIONS', 'Invalid activity log options: %s')

/** What is wrong, by field. Values are not repeated. */
export type Details = Readonly<Record<string, string>>

const InvalidRange = createError<'ACTIVITY_LOG_ERR_INVALID_RANGE', 400, [string]>('ACTIVITY_LOG_ERR_INVALID_RANGE', 'Invalid days: %s', 400)

/** The requested days are invalid, or too many; `details` says which end is wrong, and why. */
export class ACTIVITY_LOG_ERR_INVALID_RANGE extends InvalidRange {
  readonly details: Details

  constructor (details: Details) {
    super(Object.entries(details).map(([field, reason]) => `${field} ${reason}`).join('; '))
    this.details = details
  }
}
