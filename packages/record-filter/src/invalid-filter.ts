import type { FastifyError } from '@fastify/error'
import { RECORD_FILTER_ERR_INVALID } from './errors.js'

/** RECORD_FILTER_ERR_INVALID with the path and reason, for callers that report errors by path. */
export interface InvalidFilterError extends FastifyError {
  /** Where in the filter, for example `OR[0].email`. Empty: the filter as a whole. */
  readonly path: string
  /** What is wrong there. Completes a sentence that starts with the path. */
  readonly reason: string
}

export function invalidFilter (path: string, reason: string): InvalidFilterError {
  return Object.assign(new RECORD_FILTER_ERR_INVALID(`${path === '' ? 'the filter' : path} ${reason}`), { path, reason })
}
