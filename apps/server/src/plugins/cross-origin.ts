/** Owns which other sites' pages may read what the app answers. */
import cors from '@fastify/cors'
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import type { IncomingHttpHeaders } from 'node:http'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** @fastify/cors leaves alone a route that says `false`. */
    cors?: false
  }
}

async function crossOrigin (fastify: FastifyInstance): Promise<void> {
  fastify.addHook('onRoute', route => { if (isOurs(route.url)) route.config = { ...route.config, cors: false } })
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (request.method === 'OPTIONS') keepToOurselves(request.headers)
    done()
  })
  await fastify.register(cors, {
    methods: ['GET', 'POST'],
    maxAge: 600,
    // Not by a delegator, for which the plugin makes all its options anew in every request.
    origin: (_origin, callback) => { callback(null, allowedOrigins()) }
  })

  /** Tokens travel in a header that no browser sends by itself, so any origin may ask the API, unless the settings name some. */
  function allowedOrigins (): '*' | string[] {
    const { allowedWebOrigins } = fastify.authProfiles.settings()
    return allowedWebOrigins.length === 0 ? '*' : [...allowedWebOrigins]
  }
}

/**
 * Another site's page may send whatever headers it asks for, as clients do that have some of their own, but for viewing as somebody
 * else: that is for the console. What is not allowed, a browser does not send.
 */
function keepToOurselves (headers: IncomingHttpHeaders): void {
  const { 'access-control-request-headers': asked } = headers
  if (asked !== undefined) headers['access-control-request-headers'] = asked.split(',').filter(name => name.trim().toLowerCase() !== 'latchkey-view-as').join(',')
}

/** The provider's pages and the console are nobody else's to read, and the provider's endpoints have rules of their own. */
function isOurs (url: string): boolean {
  return url.startsWith('/oidc/') || url.startsWith('/console')
}

export default fp(crossOrigin, { name: 'cross-origin', fastify: '5.x' })
