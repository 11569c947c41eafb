import type { Principal } from '@latchkey/role-permissions'
import type { FastifyRequest } from 'fastify'
import type { MercuriusContext } from 'mercurius'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT } from './errors.js'
import type { FindSubject, Subject, SubjectInput } from './permission-subjects.js'

/**
 * Finds the subject that an argument of a query names.
 *
 * @throws what `findSubject` throws, and GRAPHQL_API_ERR_INVALID_ARGUMENT for a token in a URL
 */
export async function askedSubject (findSubject: FindSubject, input: SubjectInput, asker: Principal, context: MercuriusContext): Promise<Subject> {
  const request = requestOf(context)
  if (input.token != null && request?.method === 'GET') throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ token: 'must be sent by POST, because URLs may be logged' })
  return await findSubject(input, asker, request?.log ?? context.app.log)
}

/** A query that the app runs itself has no request. */
function requestOf ({ reply }: Partial<MercuriusContext>): FastifyRequest | undefined {
  return reply?.request
}
