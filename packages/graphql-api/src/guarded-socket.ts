/**
 * Guards the WebSockets of the API. Mercurius neither checks what comes over them as it checks requests over HTTP, nor
 * applies the rules of the protocol (graphql-transport-ws) that protect a server. So messages are checked before Mercurius
 * gets them.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { GraphQLError } from 'graphql'
import type { IncomingMessage } from 'node:http'
import { formatErrors, type FormattedError } from './error-format.js'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT, GRAPHQL_API_ERR_TOO_MANY_OPERATIONS } from './errors.js'
import type { CheckOperation } from './operation-check.js'

/** Milliseconds within which a client must send `connection_init`. */
const MAX_WAIT_FOR_INIT_MS = 5000
/** How many operations of a connection can be open. Every event is resolved for each of them. */
const MAX_OPERATIONS = 100
/** How a client that breaks the protocol is disconnected; codes and reasons as in the protocol. */
const INVALID_MESSAGE = [4400, 'Invalid message'] as const
const INIT_TIMEOUT = [4408, 'Connection initialisation timeout'] as const
const SECOND_INIT = [4429, 'Too many initialisation requests'] as const
/** A second operation with the same id could never be stopped, not even by the end of the connection. */
const ID_IN_USE = [4409, 'Subscriber already exists'] as const
/** The status "try again later" (RFC 6455 §7.4): clients of graphql-transport-ws connect again. The protocol has no code of its own. */
const TOO_SLOW = [1013, 'Too many messages wait to be sent'] as const
/** The defaults of `WebSocketLimits`. */
const MAX_UNSENT_BYTES = 4 * 1024 * 1024
const MAX_WAITING_EVENTS = 1000
/** The message with which Mercurius ends an operation. It begins with type and id. */
const ENDED = /^\{"type":"(complete|error)","id":("(?:[^"\\]|\\.)*"|-?[\d.e+-]+)/

/** What the server keeps for a client that reads slowly. A client that exceeds it is disconnected. */
export interface WebSocketLimits {
  /** The most bytes that may wait to be sent when another message is due. Default: 4 MiB. */
  readonly maxUnsentBytes?: number
  /** The most events of a subscription that may wait while the client doesn't read. Default: 1000. */
  readonly maxWaitingEvents?: number
}

/** The part of a WebSocket that is used here. */
interface Socket {
  readonly readyState: number
  readonly OPEN: number
  /** Bytes that the network has not taken yet, because the client doesn't read. */
  readonly bufferedAmount: number
  emit (event: string, ...rest: unknown[]): boolean
  send (data: unknown, ...rest: unknown[]): void
  close (code: number, reason: string): void
  once (event: 'close', listener: () => void): unknown
}

/** The server of `@fastify/websocket`. */
interface SocketServer {
  on (event: 'connection', listener: (socket: Socket, request: IncomingMessage) => void): unknown
}

type Variables = Readonly<Record<string, unknown>>

interface Operation {
  readonly variables: Variables
  /** Tells Mercurius that it has ended. */
  readonly end: () => void
}

interface Connection {
  /** The open operations by their ids. */
  readonly operations: Map<unknown, Operation>
  /** Whether another event may wait. If not, the connection is closed. */
  readonly mayWait: (waiting: number) => boolean
}

/** The guarded WebSockets; the key is the request that opened it. */
const connections = new WeakMap<FastifyRequest, Connection>()

/** The variables of an open operation over a WebSocket, which Mercurius passes to no hook of subscriptions. */
export function variablesOf (request: FastifyRequest, id: unknown): Variables {
  return connections.get(request)?.operations.get(id)?.variables ?? {}
}

/** Ends an open operation as if its client had. Mercurius still sends the event that it is resolving. */
export function endOperation (request: FastifyRequest, id: unknown): void {
  connections.get(request)?.operations.get(id)?.end()
}

/** Whether another event of a subscription may wait for its client. If not, the connection is closed. */
export function mayWait (request: FastifyRequest, waiting: number): boolean {
  return connections.get(request)?.mayWait(waiting) ?? true
}

/** @throws GRAPHQL_API_ERR_INVALID_ARGUMENT */
export function assertGuarded (request: FastifyRequest): void {
  if (!connections.has(request)) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ connection: 'is not supported here: WebSockets need mercuriusOptions() in the registration of Mercurius' })
}

/** @returns a function that takes a request that is about to become a WebSocket */
export function createSocketGuard (check: CheckOperation, limits: WebSocketLimits): (request: FastifyRequest) => void {
  const expected = new WeakMap<IncomingMessage, FastifyRequest>()
  const servers = new WeakSet<SocketServer>()
  return request => {
    const { websocketServer: server } = request.server as FastifyInstance & { readonly websocketServer: SocketServer }
    expected.set(request.raw, request)
    if (servers.has(server)) return
    servers.add(server)
    // Before Mercurius gets the socket.
    server.on('connection', (socket, raw) => {
      const opening = expected.get(raw)
      if (opening !== undefined) guard(socket, opening, check, limits)
    })
  }
}

function guard (socket: Socket, request: FastifyRequest, check: CheckOperation, { maxUnsentBytes = MAX_UNSENT_BYTES, maxWaitingEvents = MAX_WAITING_EVENTS }: WebSocketLimits): void {
  const operations = new Map<unknown, Operation>()
  connections.set(request, { operations, mayWait })
  const { emit, send } = socket
  let initialized = false
  const timer = setTimeout(() => { socket.close(...INIT_TIMEOUT) }, MAX_WAIT_FOR_INIT_MS).unref()
  socket.once('close', () => { clearTimeout(timer) })

  socket.emit = (event, ...rest) => {
    if (event !== 'message') return emit.call(socket, event, ...rest)
    // Each may be answered. (`ws` itself limits unsent answers to ping frames.)
    limitUnsent()
    // What is still on its way when the connection ends is not executed.
    const admitted = socket.readyState === socket.OPEN ? admit(String(rest[0])) : null
    return admitted === null || emit.call(socket, event, Buffer.from(admitted), false)
  }
  socket.send = (data, ...rest) => {
    limitUnsent()
    send.call(socket, data, ...rest)
    const [, type, id] = (typeof data === 'string' ? ENDED.exec(data) : null) ?? []
    if (id === undefined) return
    const key: unknown = JSON.parse(id)
    const operation = operations.get(key)
    operations.delete(key)
    // Mercurius would keep a subscription that failed as long as the connection.
    if (type === 'error') operation?.end()
  }

  function limitUnsent (): void {
    if (socket.bufferedAmount > maxUnsentBytes) leaveBehind()
  }

  /** While the network takes everything, events wait only for the app itself. */
  function mayWait (waiting: number): boolean {
    if (waiting < maxWaitingEvents || socket.bufferedAmount === 0) return true
    leaveBehind()
    return false
  }

  function leaveBehind (): void {
    if (socket.readyState !== socket.OPEN) return
    request.log.info({ unsentBytes: socket.bufferedAmount, openOperations: operations.size }, 'A WebSocket was closed because its client reads too slowly')
    socket.close(...TOO_SLOW)
  }

  /** @returns the message as Mercurius gets it; `null` if it was answered here */
  function admit (text: string): string | null {
    const message = parseObject(text)
    if (message === null) return disconnect(INVALID_MESSAGE)
    if (message.type === 'connection_init') {
      if (initialized) return disconnect(SECOND_INIT)
      initialized = true
      clearTimeout(timer)
    }
    // `start` in the older protocol, which Mercurius speaks too.
    return message.type === 'subscribe' || message.type === 'start' ? begin(message) : text
  }

  function begin (message: Record<string, unknown>): string | null {
    const { type, id, payload } = message
    if (typeof id !== 'string' && typeof id !== 'number') return disconnect(INVALID_MESSAGE)
    if (operations.has(id)) return disconnect(ID_IN_USE)
    const errors = operations.size < MAX_OPERATIONS ? mistakesIn(payload, request.server, check) : describe([new GRAPHQL_API_ERR_TOO_MANY_OPERATIONS()], request.server)
    if (errors.length > 0) {
      send.call(socket, JSON.stringify({ type: 'error', id, payload: errors }))
      return null
    }
    const stop = Buffer.from(JSON.stringify({ type: type === 'start' ? 'stop' : 'complete', id }))
    operations.set(id, { variables: (payload as { variables?: Variables | null }).variables ?? {}, end: () => { emit.call(socket, 'message', stop, false) } })
    return JSON.stringify(message)
  }

  function disconnect ([code, reason]: readonly [number, string]): null {
    request.log.info({ code, reason }, 'A WebSocket was closed because its client broke the protocol')
    socket.close(code, reason)
    return null
  }
}

function mistakesIn (payload: unknown, app: FastifyInstance, check: CheckOperation): readonly FormattedError[] {
  try {
    return describe(check(app.graphql.schema, payload), app)
  } catch (error) {
    return describe([error as Error], app)
  }
}

/** Describes errors as they are described over HTTP, logs them and counts refusals. */
function describe (errors: readonly Error[], app: FastifyInstance): readonly FormattedError[] {
  if (errors.length === 0) return []
  return formatErrors({ errors: errors.map(error => error instanceof GraphQLError ? error : new GraphQLError(error.message, { originalError: error })) }, { app } as Parameters<typeof formatErrors>[1]).response.errors
}

function parseObject (text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : null
  } catch {
    return null
  }
}
