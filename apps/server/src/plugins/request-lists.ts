/**
 * Owns lists of GraphQL requests, which Apollo's `BatchHttpLink` sends even for a single one: each is asked for
 * itself, as if it had come alone, and answered at its place in a list. So a list of requests whose token has
 * expired is a list of refusals, which clients need to refresh and ask again.
 */
import { errors } from '@latchkey/graphql-api'
import { isAuthorizationRepeated } from '@latchkey/token-verifier'
import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { inject } from 'light-my-request'

export interface RequestListsOptions {
  /** Where GraphQL is. */
  path: string
  /** How many requests a list may have; default as many as Apollo's link puts into one, unless it is told otherwise. */
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
    // Not `fastify.inject`, which refuses what is under way when the app closes.
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

/** Each request of the list has the header once, whatever came: two are refused as they are for a single request. */
function checkAuthorization ({ raw: { rawHeaders } }: FastifyRequest): void {
  if (isAuthorizationRepeated(rawHeaders)) throw new errors.GRAPHQL_API_ERR_MALFORMED_REQUEST({ authorization: 'must come once' })
}

function checkList (list: readonly unknown[], maxRequests: number): object[] {
  const requests = list.filter(item => typeof item === 'object' && item !== null && !Array.isArray(item)) as object[]
  if (requests.length === 0 || requests.length > maxRequests || requests.length < list.length) {
    throw new errors.GRAPHQL_API_ERR_MALFORMED_REQUEST({ body: `must be one request, or a list of 1 to ${maxRequests}` })
  }
  return requests
}

export default fp(requestLists, { name: 'request-lists', fastify: '5.x' })
