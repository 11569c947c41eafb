/** Owns that browsers take the response of every route for what its `Content-Type` says, and for nothing else (Fetch Standard, `X-Content-Type-Options`). */
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'

async function contentTypes (fastify: FastifyInstance): Promise<void> {
  fastify.addHook('onRequest', (_request, reply, done) => {
    reply.header('x-content-type-options', 'nosniff')
    done()
  })
}

export default fp(contentTypes, { name: 'content-types', fastify: '5.x' })
