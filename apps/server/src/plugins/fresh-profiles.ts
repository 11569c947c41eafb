/**
 * Owns that what another copy of the app changed of profiles and settings is known before a request is looked at, whichever
 * part of the app it is for. Register it before all that depends on them.
 */
import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Who watches the app waits for no database. */
const watched: ReadonlySet<string | undefined> = new Set(['/livez', '/readyz', '/metrics'])

/** By the method first: Fastify makes the options of a route anew for each who asks. */
function isWatched (request: FastifyRequest): boolean {
  return request.method !== 'POST' && watched.has(request.routeOptions.url)
}

async function freshProfiles (fastify: FastifyInstance): Promise<void> {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const refreshing = isWatched(request) ? undefined : fastify.authProfiles.refresh()
    if (refreshing === undefined) done()
    else refreshing.then(() => { done() }, done)
  })
}

export default fp(freshProfiles, { name: 'fresh-profiles', fastify: '5.x' })
