/**
 * Owns that every request sees the profiles and settings that other instances have changed. Register it before everything
 * that depends on them.
 */
import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Monitoring must not wait for the database. */
const watched: ReadonlySet<string | undefined> = new Set(['/livez', '/readyz', '/metrics'])

/** Checks the method first: Fastify builds `routeOptions` at each access. */
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
