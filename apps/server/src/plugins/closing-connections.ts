/**
 * Owns how connections end when the app closes. For a quarter of a second, requests are still answered, and each response
 * tells the client that the connection closes. Closing ends with the last response. A request whose remainder does not arrive
 * is not waited for: it is answered with 408.
 *
 * Fastify on its own closes idle connections at once, even if a request has arrived on them and is not read yet. It keeps busy
 * connections open for their keep-alive time, and connections without any request yet indefinitely. And it cuts off a complete
 * response that a slow client is still receiving.
 *
 * Limitation: with `HOST=localhost` Fastify may listen on two addresses with one server each, and exposes only the first to
 * plugins. (A `serverFactory` would give up the second address.)
 */
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'

/**
 * How long requests are still accepted on open connections; each response says that it is the last. A request that a client
 * sends later, just as the connection closes, is lost, as everywhere in HTTP (RFC 9112 §9.5).
 */
const TELL_MS = 250
const LOOK_AGAIN_MS = 50
/** During a turn of the event loop that takes no longer than this, next to nothing can have arrived. */
const QUICK_MS = 2
/** How long a connection may stay silent while the remainder of its request is awaited. */
const REST_MS = 2000

async function closingConnections (fastify: FastifyInstance): Promise<void> {
  const { server } = fastify
  /** Open connections, each with the time at which it was accepted. */
  const connections = new Map<Socket, number>()
  let taken = 0
  server.on('connection', (socket: Socket) => {
    taken++
    connections.set(socket, performance.now())
    socket.once('close', () => { connections.delete(socket) })
  })

  const closeIdleConnections = server.closeIdleConnections.bind(server)
  // Replaced, because Fastify and Node call it too.
  server.closeIdleConnections = () => {
    const unsent = [...connections.keys()].flatMap(({ _httpMessage: answer }: HttpSocket) => answer?.finished === true && !answer.writableFinished ? [answer] : [])
    // Node takes `finished` for sent, though a long response may wait for a slow client.
    for (const answer of unsent) answer.finished = false
    closeIdleConnections()
    for (const answer of unsent) answer.finished = true
  }

  fastify.addHook('preClose', async () => {
    // Never listened: there are no connections, and `close` will not be emitted.
    if (!server.listening) return
    // Fastify marks responses to requests from now on. These are already under way.
    for (const socket of connections.keys()) tellLast(socket)
    await readAll()
    if (connections.size > 0) {
      await wait(TELL_MS)
      await readAll()
    }
    const timer = setInterval(async () => {
      await readAll()
      closeUnused()
    }, LOOK_AGAIN_MS)
    server.once('close', () => { clearInterval(timer) })
  })

  /**
   * Accepts and reads everything that has arrived. Node accepts one connection per turn of the event loop, and reads in the next
   * turn what arrived during this one. So this waits for a quick turn without a new connection, but no longer than `TELL_MS`
   * in case more keeps arriving.
   */
  async function readAll (): Promise<void> {
    const end = performance.now() + TELL_MS
    for (let quiet = false; !quiet && performance.now() < end;) {
      const [before, begun] = [taken, performance.now()]
      await nextTurn()
      quiet = taken === before && performance.now() - begun < QUICK_MS
    }
  }

  /** By connection, the bytes received so far, and when the last of them were noticed. */
  const arrived = new WeakMap<Socket, { bytes: number, at: number }>()

  function closeUnused (): void {
    server.closeIdleConnections()
    for (const socket of connections.keys()) if (isSilent(socket) && awaitsRest(socket)) giveUp(socket)
    // Node counts a connection on which nothing has arrived yet as busy.
    for (const [socket, since] of connections) if (socket.bytesRead === 0 && performance.now() - since > TELL_MS) socket.destroy()
  }

  function isSilent (socket: Socket): boolean {
    const [before, now] = [arrived.get(socket), performance.now()]
    if (before?.bytes === socket.bytesRead) return now - before.at > REST_MS
    arrived.set(socket, { bytes: socket.bytesRead, at: now })
    return false
  }

  /** Like Node while the server is open: the handler of `clientError` answers 408 (RFC 9110 §15.5.9) and ends the connection. */
  function giveUp (socket: Socket): void {
    server.emit('clientError', Object.assign(new Error('The remainder of the request did not arrive while the app was closing'), { code: REQUEST_TIMEOUT }), socket)
  }
}

/** The code of Node's own error after `requestTimeout`, which Node stops checking when the server closes. */
const REQUEST_TIMEOUT = 'ERR_HTTP_REQUEST_TIMEOUT'

/** Properties that Node sets on a connection but does not document: its parser, until an upgrade, and the response that is under way. */
interface HttpSocket extends Socket {
  readonly parser?: object | null
  readonly _httpMessage?: (ServerResponse & { readonly req: IncomingMessage }) | null
}

/** Whether a request on this connection is incomplete and cannot be answered before its remainder arrives. Idle connections are closed by now. */
function awaitsRest ({ parser, _httpMessage: answer, bytesRead, writable }: HttpSocket): boolean {
  if (!parser || bytesRead === 0 || !writable) return false
  // Without a response, the header is incomplete. A handler that does not read the body does not wait for it either.
  return !answer || (!answer.req.complete && answer.req.readableFlowing === true && !answer.headersSent)
}

/** Makes the response that is under way on a connection say that it is the last one there. */
function tellLast ({ _httpMessage: answer }: HttpSocket): void {
  if (answer && !answer.headersSent) answer.setHeader('connection', 'close')
}

export default fp(closingConnections, { name: 'closing-connections', fastify: '5.x' })
