/**
 * Owns that closing ends when the last answer is given. Fastify closes the connections that are idle when closing
 * begins; one that was busy then stays open for its keep-alive time, and would hold the process back for a minute.
 */
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'

const LOOK_AGAIN_MS = 50

async function closingConnections (fastify: FastifyInstance): Promise<void> {
  fastify.addHook('preClose', async () => {
    const { server } = fastify
    const timer = setInterval(() => { server.closeIdleConnections() }, LOOK_AGAIN_MS)
    server.once('close', () => { clearInterval(timer) })
    // Never listened: there is no connection, and no `close` to come.
    if (!server.listening) clearInterval(timer)
  })
}

export default fp(closingConnections, { name: 'closing-connections', fastify: '5.x' })
