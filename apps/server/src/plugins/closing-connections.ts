/**
 * Owns how connections end when the app closes: no request is cut off that is sent within a quarter of a second, in which clients that go on asking are told, and
 * closing ends when the last answer is given. A request whose rest does not come is not waited for: it is answered 408. Fastify by itself closes the connections that are idle at once, with
 * requests on them that have arrived and are not read yet. One that was busy it leaves open for its keep-alive time, and
 * one on which no request has come yet for good. With `HOST=localhost` Fastify may listen at two addresses, by a server each, and only
 * the first of them is this plugin's: Fastify gives the other one to nobody, and with a `serverFactory` it has no other one.
 */
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'

/**
 * How long requests are still taken on a connection that is open, each told by its answer that it was the last one there. One that a client sends
 * later, just as the connection is closed, is lost, as anywhere in HTTP (RFC 9112 §9.5).
 */
const TELL_MS = 250
const LOOK_AGAIN_MS = 50
/** What has arrived during a turn of the event loop that took no longer is next to nothing. */
const QUICK_MS = 2
/** How long a connection may bring nothing while the rest of its request is awaited. */
const REST_MS = 2000

async function closingConnections (fastify: FastifyInstance): Promise<void> {
  const { server } = fastify
  /** By when they were taken. */
  const connections = new Map<Socket, number>()
  let taken = 0
  server.on('connection', (socket: Socket) => {
    taken++
    connections.set(socket, performance.now())
    socket.once('close', () => { connections.delete(socket) })
  })

  fastify.addHook('preClose', async () => {
    // Never listened: there is no connection, and no `close` to come.
    if (!server.listening) return
    // Fastify tells those who ask from now on; these it began to answer before.
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
   * Takes and reads what has arrived. Node takes one new connection in each turn of the event loop, and what arrives while a turn does its work is
   * read in the next one: so until a turn has brought no connection and was over at once, or for so long that more would always come.
   */
  async function readAll (): Promise<void> {
    const end = performance.now() + TELL_MS
    for (let quiet = false; !quiet && performance.now() < end;) {
      const [before, begun] = [taken, performance.now()]
      await nextTurn()
      quiet = taken === before && performance.now() - begun < QUICK_MS
    }
  }

  /** What had come on connections when they were last looked at and had brought something new, and when that was. */
  const arrived = new WeakMap<Socket, { bytes: number, at: number }>()

  function closeUnused (): void {
    server.closeIdleConnections()
    for (const socket of connections.keys()) if (isSilent(socket) && awaitsRest(socket)) giveUp(socket)
    // Node takes a connection on which nothing has come yet for a busy one.
    for (const [socket, since] of connections) if (socket.bytesRead === 0 && performance.now() - since > TELL_MS) socket.destroy()
  }

  function isSilent (socket: Socket): boolean {
    const [before, now] = [arrived.get(socket), performance.now()]
    if (before?.bytes === socket.bytesRead) return now - before.at > REST_MS
    arrived.set(socket, { bytes: socket.bytesRead, at: now })
    return false
  }

  /** As Node does it while the server is open: whoever handles `clientError` answers 408 (RFC 9110 §15.5.9) and ends the connection. */
  function giveUp (socket: Socket): void {
    server.emit('clientError', Object.assign(new Error('The rest of the request did not come while the app was closing'), { code: REQUEST_TIMEOUT }), socket)
  }
}

/** Node's name for what it gives `clientError` where `requestTimeout` is over, which it does not look at any more while the server closes. */
const REQUEST_TIMEOUT = 'ERR_HTTP_REQUEST_TIMEOUT'

/** What Node keeps on a connection, without public names: its parser until the connection is upgraded, and the answer that is under way. */
interface HttpSocket extends Socket {
  readonly parser?: object | null
  readonly _httpMessage?: (ServerResponse & { readonly req: IncomingMessage }) | null
}

/** Whether a request has begun on a connection, which is none of the idle ones any more, and nobody can answer it before the rest has come. */
function awaitsRest ({ parser, _httpMessage: answer, bytesRead, writable }: HttpSocket): boolean {
  if (!parser || bytesRead === 0 || !writable) return false
  // Without an answer, the head has not come to its end. A handler that does not read the body does not wait for it either.
  return !answer || (!answer.req.complete && answer.req.readableFlowing === true && !answer.headersSent)
}

/** Has the answer that is under way on a connection say that no other will follow there. */
function tellLast ({ _httpMessage: answer }: HttpSocket): void {
  if (answer && !answer.headersSent) answer.setHeader('connection', 'close')
}

export default fp(closingConnections, { name: 'closing-connections', fastify: '5.x' })
