/**
 * Viewing as somebody else: a query with the header is answered as if the named subject had sent it. It needs full access,
 * so it reveals nothing that the sender could not read anyway.
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

/** The header that names the subject, in JSON. */
export const VIEW_AS = 'latchkey-view-as'
const MOST_ROLES = 100

/** The actors of requests that came with the header. */
const viewed = new WeakMap<FastifyRequest, Actor>()

/** The actor of a request, if it is not its sender. */
export function viewedAs (request: FastifyRequest): Actor | undefined {
  return viewed.get(request)
}

/**
 * Makes a request with the header act as the subject that the header names. Afterwards, `request.principal` is that
 * subject, and `request.identity` is `null`, because the sender's identity belongs to somebody else.
 *
 * @param parameters the query of the request
 * @throws GRAPHQL_API_ERR_MALFORMED_REQUEST, GRAPHQL_API_ERR_INVALID_ARGUMENT, GRAPHQL_API_ERR_NOT_FOUND
 * @throws GRAPHQL_API_ERR_NOT_AUTHORIZED unless the sender has full access; thrown before anything is looked up
 * @throws what determining the sender throws, and what the audit log throws
 */
export async function viewAs (request: FastifyRequest, reply: FastifyReply, parameters: GraphqlParameters, parseOptions: { maxTokens: number }): Promise<void> {
  const { [VIEW_AS]: header } = request.headers
  if (header === undefined) return
  const input = readHeader(header)
  const operation = operationOf(parameters, parseOptions)
  // GraphQL reports the mistake, and nothing is executed.
  if (operation == null) return
  if (operation.operation !== OperationTypeNode.QUERY) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ [VIEW_AS]: `is for queries only: send the ${operation.operation} without it, as yourself` })
  const { server, log } = request
  const sender = await new Requester(server, credentialsOf(server, request)).principal()
  if (!server.rolePermissions.mayDoEverything(sender)) {
    throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('*', 'all', { hint: `${VIEW_AS} needs a role with full access: send the request without it, or as an administrator` })
  }
  const actor = await actorOf(request, input, sender)
  if (server.hasDecorator('auditLog')) await noteView(server.db, server.auditLog, sender, input)
  viewed.set(request, actor)
  request.principal = actor.principal
  request.identity = null
  reply.header('cache-control', 'no-store')
  // The audit log does not record all views.
  log.warn({ sender: idOf(sender), as: input }, 'view as')
}

/**
 * Call it before anything is executed. A request with the header must never be answered as its sender by mistake.
 *
 * @throws GRAPHQL_API_ERR_INVALID_ARGUMENT
 */
export function assertViewed (context: object): void {
  if (isOfConnection(context)) {
    if (namesSomebody(context as ConnectionContext)) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ [VIEW_AS]: 'is for queries over HTTP only: connect without it, as yourself' })
    return
  }
  const request = (context as Partial<MercuriusContext>).reply?.request
  if (request === undefined || request.headers[VIEW_AS] === undefined) return
  const actor = viewed.get(request)
  if (actor !== undefined) {
    if (request.principal === actor.principal && request.identity === null) return
    throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ [VIEW_AS]: 'cannot be applied: a hook of this app authenticates the sender after the header was applied. Register authProfiles.authenticate as an onRequest hook' })
  }
  throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ [VIEW_AS]: 'is not supported here: it works only at the path of the API, and needs mercuriusOptions() in the registration of Mercurius' })
}

function namesSomebody ({ request, _connectionInit: payload }: ConnectionContext): boolean {
  return request.headers[VIEW_AS] !== undefined || headerIn(payload, VIEW_AS) !== undefined
}

async function actorOf ({ server, log }: FastifyRequest, input: SubjectInput, sender: Principal): Promise<Actor> {
  const { authProfiles, usersStore, rolePermissions } = server
  const findSubject = createFindSubject({ authProfiles, usersStore, rolePermissions, apiTokens: server.hasDecorator('apiTokens') ? server.apiTokens : null })
  const { principal, accepted, steps, remedy } = await findSubject(input, sender, log)
  if (principal === null || !accepted) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ [VIEW_AS]: `names a subject that would be refused: ${steps.map(({ message }) => message).join('; ')}. ${remedy ?? ''}` })
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
    // Reported below, without the submitted value.
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
  return new GRAPHQL_API_ERR_MALFORMED_REQUEST({ [VIEW_AS]: `must be JSON with exactly one of {"userId": "…"}, {"apiTokenId": "…"}, {"roleIds": ["…"]} (at most ${MOST_ROLES}) and {"guest": true}` })
}

/** Only the id: no token and no personal data. */
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
