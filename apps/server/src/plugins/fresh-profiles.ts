/**
 * Owns that what another copy of the app changed of profiles and settings is known before a request is looked at, whichever
 * part of the app it is for. Register it before all that depends on them.
 */
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'

/** Who watches the app waits for no database. */
const watched: ReadonlySet<string | undefined> = new Set(['/livez', '/readyz', '/metrics'])

async function freshProfiles (fastify: FastifyInstance): Promise<void> {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const refreshing = watched.has(request.routeOptions.url) ? undefined : fastify.authProfiles.refresh()
    if (refreshing === undefined) done()
    else refreshing.then(() => { done() }, done)
  })
}

export default fp(freshProfiles, { name: 'fresh-profiles', fastify: '5.x' })
