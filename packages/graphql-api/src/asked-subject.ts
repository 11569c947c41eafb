import type { Principal } from '@latchkey/role-permissions'
import type { FastifyRequest } from 'fastify'
import type { MercuriusContext } from 'mercurius'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT } from './errors.js'
import type { FindSubject, Subject, SubjectInput } from './permission-subjects.js'

/**
 * Finds out who is meant by an argument of a query.
 *
 * @throws what `findSubject` throws, and GRAPHQL_API_ERR_INVALID_ARGUMENT for a token in an address
 */
export async function askedSubject (findSubject: FindSubject, input: SubjectInput, asker: Principal, context: MercuriusContext): Promise<Subject> {
  const request = requestOf(context)
  if (input.token != null && request?.method === 'GET') throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ token: 'must be sent by POST: addresses are logged on their way' })
  return await findSubject(input, asker, request?.log ?? context.app.log)
}

/** A query run inside the process has none. */
function requestOf ({ reply }: Partial<MercuriusContext>): FastifyRequest | undefined {
  return reply?.request
}
