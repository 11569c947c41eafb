/**
 * Viewing as somebody else: a query that comes with a header is answered as a request of that one would be. It is for who may do
 * everything, whom no answer tells more than their own.
 */
import type { Principal } from '@latchkey/role-permissions'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { OperationTypeNode } from 'graphql'
import type { MercuriusContext } from 'mercurius'
import { headerIn, isOfConnection, type ConnectionContext } from './connection-credentials.js'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT, GRAPHQL_API_ERR_MALFORMED_REQUEST, GRAPHQL_API_ERR_NOT_AUTHORIZED, GRAPHQL_API_ERR_NOT_FOUND } from './errors.js'
import { noteView } from './noted-views.js'
import { createFindSubject, type SubjectInput } from './permission-subjects.js'
import { credentialsOf, Requester, type Actor } from './requester.js'
import { operationOf, type GraphqlParameters } from './request-check.js'

/** Says as whom, in JSON. */
export const VIEW_AS = 'latchkey-view-as'
const MOST_ROLES = 100

/** As whom requests are answered that came with the header. */
const viewed = new WeakMap<FastifyRequest, Actor>()

/** As whom a request is answered, where that is not its sender. */
export function viewedAs (request: FastifyRequest): Actor | undefined {
  return viewed.get(request)
}

/**
 * Has a request with the header act as the one that the header names; others stay as they are. Afterwards `request.principal` is
 * that one, and `request.identity` is `null`, since the sender's would be another one's.
 *
 * @param parameters the query that it is to answer
 * @throws GRAPHQL_API_ERR_MALFORMED_REQUEST, GRAPHQL_API_ERR_INVALID_ARGUMENT, GRAPHQL_API_ERR_NOT_FOUND
 * @throws GRAPHQL_API_ERR_NOT_AUTHORIZED, before anything is looked up, unless the sender may do everything
 * @throws what finding out the sender throws, and what the audit log throws
 */
export async function viewAs (request: FastifyRequest, reply: FastifyReply, parameters: GraphqlParameters, parseOptions: { maxTokens: number }): Promise<void> {
  const { [VIEW_AS]: header } = request.headers
  if (header === undefined) return
  const input = readHeader(header)
  const operation = operationOf(parameters, parseOptions)
  // GraphQL says what is wrong, and nothing is run.
  if (operation == null) return
  if (operation.operation !== OperationTypeNode.QUERY) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ [VIEW_AS]: `is for queries only: send the ${operation.operation} without it, as yourself` })
  const { server, log } = request
  const sender = await new Requester(server, credentialsOf(server, request)).principal()
  if (!server.rolePermissions.mayDoEverything(sender)) {
    throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('*', 'all', { hint: `${VIEW_AS} is for who may do everything: send the request without it, or as an Administrator` })
  }
  const actor = await actorOf(request, input, sender)
  if (server.hasDecorator('auditLog')) await noteView(server.db, server.auditLog, sender, input)
  viewed.set(request, actor)
  request.principal = actor.principal
  request.identity = null
  reply.header('cache-control', 'no-store')
  // The audit log has not all of it.
  log.warn({ sender: idOf(sender), as: input }, 'view as')
}

/**
 * To be asked before anything is run: a request that has the header and is not answered as it says must not be answered as its sender's.
 *
 * @throws GRAPHQL_API_ERR_INVALID_ARGUMENT
 */
export function assertViewed (context: object): void {
  if (isOfConnection(context)) {
    if (namesSomebody(context as ConnectionContext)) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ [VIEW_AS]: 'is for queries by HTTP: connect without it, as yourself' })
    return
  }
  const request = (context as Partial<MercuriusContext>).reply?.request
  if (request === undefined || request.headers[VIEW_AS] === undefined) return
  const actor = viewed.get(request)
  if (actor !== undefined) {
    if (request.principal === actor.principal && request.identity === null) return
    throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ [VIEW_AS]: 'would be answered as yours in part: a hook of this app finds out who sends a request after that is settled. authProfiles.authenticate must be an onRequest hook here' })
  }
  throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ [VIEW_AS]: 'is not taken here: it needs mercuriusOptions() in the registration of Mercurius, and the address of the API' })
}

function namesSomebody ({ request, _connectionInit: payload }: ConnectionContext): boolean {
  return request.headers[VIEW_AS] !== undefined || headerIn(payload, VIEW_AS) !== undefined
}

async function actorOf ({ server, log }: FastifyRequest, input: SubjectInput, sender: Principal): Promise<Actor> {
  const { authProfiles, usersStore, rolePermissions } = server
  const findSubject = createFindSubject({ authProfiles, usersStore, rolePermissions, apiTokens: server.hasDecorator('apiTokens') ? server.apiTokens : null })
  const { principal, accepted, steps, remedy } = await findSubject(input, sender, log)
  if (principal === null || !accepted) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ [VIEW_AS]: `would be refused: ${steps.map(({ message }) => message).join('; ')}. ${remedy ?? ''}` })
  if (input.userId == null || principal.kind !== 'user') return { user: null, principal }
  const user = await usersStore.findById(principal.userId)
  if (user === null) throw new GRAPHQL_API_ERR_NOT_FOUND('User')
  return { user, principal }
}

/** @throws GRAPHQL_API_ERR_MALFORMED_REQUEST */
function readHeader (header: string | string[]): SubjectInput {
  const given = parseObject(header)
  const [[kind, value] = [], other] = Object.entries(given)
  if (other === undefined && ((kind === 'userId' || kind === 'apiTokenId') ? isId(value) : kind === 'roleIds' ? isIds(value) : kind === 'guest' && value === true)) return given
  throw malformed()
}

function parseObject (text: unknown): object {
  try {
    const given: unknown = JSON.parse(String(text))
    if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given
  } catch {
    // It is said below, without what was sent.
  }
  throw malformed()
}

function isIds (value: unknown): boolean {
  return Array.isArray(value) && value.length <= MOST_ROLES && value.every(isId)
}

function isId (value: unknown): boolean {
  return typeof value === 'string' && value !== '' && !value.includes('\0')
}

function malformed (): Error {
  return new GRAPHQL_API_ERR_MALFORMED_REQUEST({ [VIEW_AS]: `must be JSON with exactly one of {"userId": "…"}, {"apiTokenId": "…"}, {"roleIds": ["…"]}, of ${MOST_ROLES} at most, and {"guest": true}` })
}

/** No token, and nothing of the person but the id. */
function idOf (principal: Principal): object {
  switch (principal.kind) {
    case 'user':
      return { userId: principal.userId }
    case 'apiToken':
      return { apiTokenId: principal.tokenId }
    case 'guest':
      return { guest: true }
  }
}
