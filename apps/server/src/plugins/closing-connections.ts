/**
 * Owns how connections end when the app closes: no request is cut off that is sent within a quarter of a second, in which clients that go on asking are told, and
 * closing ends when the last answer is given. Fastify by itself closes the connections that are idle at once, with
 * requests on them that have arrived and are not read yet. One that was busy it leaves open for its keep-alive time, and
 * one on which no request has come yet for good. With `HOST=localhost` Fastify may listen at two addresses, by a server each, and only
 * the first of them is this plugin's: Fastify gives the other one to nobody, and with a `serverFactory` it has no other one.
 */
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import type { ServerResponse } from 'node:http'
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

  function closeUnused (): void {
    server.closeIdleConnections()
    // Node takes a connection on which nothing has come yet for a busy one.
    for (const [socket, since] of connections) if (socket.bytesRead === 0 && performance.now() - since > TELL_MS) socket.destroy()
  }
}

/** Has the answer that is under way on a connection say that no other will follow there. */
function tellLast (socket: Socket & { _httpMessage?: ServerResponse | null }): void {
  // Node has no public name for it.
  const answer = socket._httpMessage
  if (answer && !answer.headersSent) answer.setHeader('connection', 'close')
}

export default fp(closingConnections, { name: 'closing-connections', fastify: '5.x' })
