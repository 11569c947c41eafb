/**
 * Owns lists of GraphQL requests, which Apollo's `BatchHttpLink` sends even for a single request. Each request is handled as if
 * it had come alone, and the responses form a list in the same order. So requests with an expired token get one refusal each,
 * which clients need in order to refresh the token and repeat them.
 */
import { errors } from '@latchkey/graphql-api'
import { isAuthorizationRepeated } from '@latchkey/token-verifier'
import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { inject } from 'light-my-request'

export interface RequestListsOptions {
  /** The path of the GraphQL endpoint. */
  path: string
  /** Most requests in a list. Default: 10, as Apollo's link sends by default. */
  maxRequests?: number
}

async function requestLists (fastify: FastifyInstance, { path, maxRequests = 10 }: RequestListsOptions): Promise<void> {
  fastify.addHook('preValidation', (request, reply, done) => {
    if (Array.isArray(request.body) && request.routeOptions.url === path) answerAll(request, request.body).then(answers => reply.type('application/json; charset=utf-8').send(answers), done)
    else done()
  })

  async function answerAll (request: FastifyRequest, list: readonly unknown[]): Promise<unknown[]> {
    checkAuthorization(request)
    return await Promise.all(checkList(list, maxRequests).map(body => answer(request, body)))
  }

  async function answer ({ headers, socket }: FastifyRequest, body: object): Promise<unknown> {
    const { 'content-length': _length, 'transfer-encoding': _encoding, connection: _connection, expect: _expect, ...own } = headers
    // Not `fastify.inject`, which refuses requests once the app is closing.
    const response = await inject(fastify.routing, {
      method: 'POST',
      url: path,
      headers: { ...own, accept: 'application/json' },
      payload: body,
      ...socket.remoteAddress !== undefined && { remoteAddress: socket.remoteAddress }
    })
    return response.json()
  }
}

/** Refuses a second Authorization header, as for a single request: the requests of the list would only carry one of them. */
function checkAuthorization ({ raw: { rawHeaders } }: FastifyRequest): void {
  if (isAuthorizationRepeated(rawHeaders)) throw new errors.GRAPHQL_API_ERR_MALFORMED_REQUEST({ authorization: 'must be sent only once' })
}

function checkList (list: readonly unknown[], maxRequests: number): object[] {
  const requests = list.filter(item => typeof item === 'object' && item !== null && !Array.isArray(item)) as object[]
  if (requests.length === 0 || requests.length > maxRequests || requests.length < list.length) {
    throw new errors.GRAPHQL_API_ERR_MALFORMED_REQUEST({ body: `must be one request, or a list of 1 to ${maxRequests} requests` })
  }
  return requests
}

export default fp(requestLists, { name: 'request-lists', fastify: '5.x' })
