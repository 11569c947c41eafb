import type { FastifyError } from '@fastify/error'
import { RECORD_FILTER_ERR_INVALID } from './errors.js'

/** What RECORD_FILTER_ERR_INVALID carries beside its message, for callers that report by path. */
export interface InvalidFilterError extends FastifyError {
  /** Where in the filter, for example `OR[0].email`; empty for the filter itself. */
  readonly path: string
  /** What is wrong there; it follows the path in a sentence. */
  readonly reason: string
}

export function invalidFilter (path: string, reason: string): InvalidFilterError {
  return Object.assign(new RECORD_FILTER_ERR_INVALID(`${path === '' ? 'the filter' : path} ${reason}`), { path, reason })
}
