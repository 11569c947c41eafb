/**
 * Owns the app's one Kysely instance: `fastify.db`. It opens the database of a URL and closes it with
 * the app, or takes an instance that the app already has and leaves closing to it.
 * It owns no tables: each package declares its own (`Tables`) and brings its migrations (`migrate`).
 */
import fp from 'fastify-plugin'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Kysely } from 'kysely'
import { connect, type Reports } from './connect.js'
import { dialectOf } from './dialect.js'
import { resolveOptions, type DatabaseOptions } from './options.js'

export type { Change, ChangeOptions } from './change-options.js'
export { dialectOf, type Dialect } from './dialect.js'
export * as errors from './errors.js'
export { followStored, type Followed, type FollowedParts } from './follow-stored.js'
export { inImmediateTransaction } from './immediate-transaction.js'
export { migrate, type Migrations } from './migrate.js'
export { deleteOldRegularly, type KeptRows } from './old-rows.js'
export type { DatabaseOptions } from './options.js'
export { prepareQuery, type PreparedQuery } from './prepared-query.js'
export { createRefresh } from './refresh.js'
export { leaveUnseen, seenChanges, type SeenChanges } from './seen-changes.js'
export { isStorableText } from './storable-text.js'
export { textType } from './text-type.js'
export { tellOfChanges } from './told-changes.js'
export { isUnavailable } from './unavailable.js'
export { raiseVersion, readVersion, type StoredVersion, type VersionTable } from './version-row.js'

/**
 * The tables of the database, by SQL name. Empty here: each package that owns tables adds them by
 * declaration merging, and so may an app add its own.
 *
 * @example
 * declare module '@latchkey/database' {
 *   interface Tables { notes: { id: string, text: string } }
 * }
 */
export interface Tables {}

declare module 'fastify' {
  interface FastifyInstance {
    /** The app's database. Its tables are those that the registered packages and the app declare. */
    db: Kysely<Tables>
  }
}

async function database (fastify: FastifyInstance, options: DatabaseOptions): Promise<void> {
  const resolved = resolveOptions(options)
  if (resolved.kysely !== undefined) {
    dialectOf(resolved.kysely)
    fastify.decorate('db', resolved.kysely)
    return
  }
  const db = connect(resolved.url as string, resolved, createReports(fastify.log))
  fastify.decorate('db', db)
  fastify.addHook('onClose', async () => { await db.destroy() })
}

function createReports (log: FastifyBaseLogger): Reports {
  const meanwhile = 'until then, what was read is read again after a second'
  return {
    idleClosed: error => { log.error({ err: told(error) }, 'The database closed an idle connection') },
    listening: {
      lost: error => { log.warn({ err: told(error) }, `The database cannot tell what others change, and is tried again: ${meanwhile}`) },
      notArriving: () => {
        log.info(`The database takes LISTEN, but its notifications do not arrive, as behind a pooler in transaction mode: ${meanwhile}. To have what was read remembered for longer, connect to PostgreSQL itself, or to a pooler in session mode`)
      },
      silent: tables => {
        log.warn({ tables }, `Tables lack the triggers that tell of their changes: ${meanwhile}. Where they are lost, make them anew, as docs/operations.md says`)
      },
      over: () => { log.info('The database tells what others change again') }
    }
  }
}

/** The driver's error has the whole client on it, the key to cancel its queries included. */
function told (error: unknown): { message: string, code: string | undefined } {
  const { message, code } = error as Error & { code?: string }
  return { message, code }
}

export default fp(database, { name: '@latchkey/database', fastify: '5.x' })
