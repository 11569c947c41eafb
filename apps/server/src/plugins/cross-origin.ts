/** Owns which other sites' pages may read what the app answers. */
import cors, { type FastifyCorsOptions } from '@fastify/cors'
import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyRequest } from 'fastify'

async function crossOrigin (fastify: FastifyInstance): Promise<void> {
  await fastify.register(cors, {
    delegator: (request, callback) => { callback(null, { origin: originOf(request), methods: ['GET', 'POST'], maxAge: 600 }) }
  })

  /**
   * Tokens travel in a header that no browser sends by itself, so any origin may ask the API, unless the settings name some.
   * The provider's pages and the console are nobody else's to read, and the provider's endpoints have rules of their own.
   */
  function originOf ({ url }: FastifyRequest): FastifyCorsOptions['origin'] {
    if (url.startsWith('/oidc/') || url.startsWith('/console')) return false
    const { allowedWebOrigins } = fastify.authProfiles.settings()
    return allowedWebOrigins.length === 0 ? '*' : [...allowedWebOrigins]
  }
}

export default fp(crossOrigin, { name: 'cross-origin', fastify: '5.x' })
