/** Owns which other sites' pages may read what the app answers. */
import cors from '@fastify/cors'
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** @fastify/cors leaves alone a route that says `false`. */
    cors?: false
  }
}

async function crossOrigin (fastify: FastifyInstance): Promise<void> {
  fastify.addHook('onRoute', route => { if (isOurs(route.url)) route.config = { ...route.config, cors: false } })
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

/** The provider's pages and the console are nobody else's to read, and the provider's endpoints have rules of their own. */
function isOurs (url: string): boolean {
  return url.startsWith('/oidc/') || url.startsWith('/console')
}

export default fp(crossOrigin, { name: 'cross-origin', fastify: '5.x' })
