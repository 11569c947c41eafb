/**
 * Owns how connections end when the app closes: no request is cut off that was sent before its client could know, and
 * closing ends when the last answer is given. Fastify by itself closes the connections that are idle at once, with
 * requests on them that have arrived and are not read yet. One that was busy it leaves open for its keep-alive time, and
 * one on which no request has come yet for good. With `HOST=localhost` Fastify may listen at two addresses, by a server each, and only
 * the first of them is this plugin's: Fastify gives the other one to nobody, and with a `serverFactory` it has no other one.
 */
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setImmediate as afterReading, setTimeout as wait } from 'node:timers/promises'

/** How long requests are still taken on connections that are open, each told by its answer that it was the last one there. */
const TELL_MS = 250
const LOOK_AGAIN_MS = 50

async function closingConnections (fastify: FastifyInstance): Promise<void> {
  const { server } = fastify
  const connections = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.once('close', () => { connections.delete(socket) })
  })

  fastify.addHook('preClose', async () => {
    // Never listened: there is no connection, and no `close` to come.
    if (!server.listening) return
    // What the system has taken already is one of them too.
    await afterReading()
    if (connections.size > 0) {
      // Fastify tells those who ask from now on; these it began to answer before.
      connections.forEach(tellLast)
      await wait(TELL_MS)
      // What has arrived meanwhile: a busy process comes here before it has read it.
      await afterReading()
    }
    const timer = setInterval(() => { setImmediate(closeUnused) }, LOOK_AGAIN_MS)
    server.once('close', () => { clearInterval(timer) })
  })

  function closeUnused (): void {
    server.closeIdleConnections()
    // Node takes a connection on which nothing has come yet for a busy one.
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy()
  }
}

/** Has the answer that is under way on a connection say that no other will follow there. */
function tellLast (socket: Socket & { _httpMessage?: ServerResponse | null }): void {
  // Node has no public name for it.
  const answer = socket._httpMessage
  if (answer && !answer.headersSent) answer.setHeader('connection', 'close')
}

export default fp(closingConnections, { name: 'closing-connections', fastify: '5.x' })
