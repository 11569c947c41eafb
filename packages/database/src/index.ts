/**
 * Owns the app's single Kysely instance: `fastify.db`. It opens the database at a URL and closes it with the app, or uses
 * an instance that the app already has and must close itself.
 * It owns no tables: each package declares its own (`Tables`) and has its own migrations (`migrate`).
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
export { migrate, type Migration, type Migrations } from './migrate.js'
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
 * The tables of the database, by SQL name. Empty here: packages and apps add their tables by declaration merging.
 *
 * @example
 * declare module '@latchkey/database' {
 *   interface Tables { notes: { id: string, text: string } }
 * }
 */
export interface Tables {}

declare module 'fastify' {
  interface FastifyInstance {
    /** The app's database. Its tables are declared by the registered packages and the app. */
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
  const meanwhile = 'Until then, data is cached for only a second'
  return {
    idleClosed: error => { log.error({ err: told(error) }, 'The database closed an idle connection') },
    listening: {
      lost: error => { log.warn({ err: told(error) }, `Cannot listen for changes by other processes; retrying. ${meanwhile}`) },
      notArriving: () => {
        log.warn(`The database accepts LISTEN, but its notifications do not arrive, probably because of a pooler in transaction mode. ${meanwhile}. Connect to PostgreSQL directly or to a pooler in session mode. If the pooler stays, prepared statements can fail too: set the option preparedStatements to false (in the reference app, DATABASE_PREPARED_STATEMENTS=false)`)
      },
      silent: tables => {
        log.warn({ tables }, `Tables lack the triggers that notify of their changes. ${meanwhile}. If they were lost, create them again as described in docs/operations.md`)
      },
      over: () => { log.info('Changes by other processes are detected again') }
    }
  }
}

/** Selects what to log: the driver's error contains the whole client, including the key to cancel its queries. */
function told (error: unknown): { message: string, code: string | undefined } {
  const { message, code } = error as Error & { code?: string }
  return { message, code }
}

export default fp(database, { name: '@latchkey/database', fastify: '5.x' })
