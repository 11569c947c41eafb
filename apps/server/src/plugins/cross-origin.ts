/** Owns which other sites' pages may read the app's responses. */
import cors from '@fastify/cors'
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import type { IncomingHttpHeaders } from 'node:http'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** @fastify/cors skips routes with `false`. */
    cors?: false
  }
}

/**
 * What front ends on other sites call. No other site may read the rest: a page that an operator visits could otherwise read the
 * metrics of an app in the operator's network. The provider's endpoints have CORS rules of their own. `*` is the route of
 * @fastify/cors for preflight requests.
 */
const shared: ReadonlySet<string> = new Set(['/graphql', '/auth/profiles', '*'])

async function crossOrigin (fastify: FastifyInstance): Promise<void> {
  fastify.addHook('onRoute', route => { if (!shared.has(route.url)) route.config = { ...route.config, cors: false } })
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (request.method === 'OPTIONS') keepToOurselves(request.headers)
    done()
  })
  await fastify.register(cors, {
    methods: ['GET', 'POST'],
    maxAge: 600,
    // Not a delegator: for one, the plugin would build all its options again for every request.
    origin: (_origin, callback) => { callback(null, allowedOrigins()) }
  })

  /** Tokens are sent in a header that no browser adds by itself, so any origin may use the API unless the settings list some. */
  function allowedOrigins (): '*' | string[] {
    const { allowedWebOrigins } = fastify.authProfiles.settings()
    return allowedWebOrigins.length === 0 ? '*' : [...allowedWebOrigins]
  }
}

/**
 * Removes `latchkey-view-as` from the headers that another site's page asks to send: viewing as another user is for the console
 * only, and browsers do not send a header that is not allowed. All other headers stay, since clients have headers of their own.
 */
function keepToOurselves (headers: IncomingHttpHeaders): void {
  const { 'access-control-request-headers': asked } = headers
  if (asked !== undefined) headers['access-control-request-headers'] = asked.split(',').filter(name => name.trim().toLowerCase() !== 'latchkey-view-as').join(',')
}

export default fp(crossOrigin, { name: 'cross-origin', fastify: '5.x' })
