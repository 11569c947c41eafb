import database, { type Tables } from '@latchkey/database'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Kysely } from 'kysely'
import { existsSync } from 'node:fs'
import type { Config } from '../config.js'
import { ConfigurationError } from '../configuration-error.js'
import { migrationState } from './migration-state.js'

/**
 * Opens the server's existing database, without creating one or changing anything in it. The caller must close it.
 *
 * @throws ConfigurationError if the file of an SQLite database does not exist, or the database is in memory
 */
export async function openDatabase ({ databaseUrl: url, databaseAnswerTimeoutMs: answerTimeoutMs, databasePreparedStatements: preparedStatements }: Pick<Config, 'databaseUrl' | 'databaseAnswerTimeoutMs' | 'databasePreparedStatements'>): Promise<FastifyInstance> {
  const path = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : null
  if (path === ':memory:') throw new ConfigurationError('DATABASE_URL is sqlite::memory:, which only the server process itself can read: use the URL of a file or of a PostgreSQL database')
  if (path !== null && !existsSync(path)) throw new ConfigurationError(`there is no database ${path}: start the server once to create it, or correct DATABASE_URL`)
  const app = Fastify({ logger: false })
  await app.register(database, { url, answerTimeoutMs, preparedStatements })
  return app
}

/** @throws ConfigurationError if the migrations of the database are not those of this version, or none has run yet */
export async function assertUpToDate (db: Kysely<Tables>, upToDate: Kysely<Tables>): Promise<void> {
  const { pending, unknown } = await migrationState(db, upToDate)
  if (pending.length > 0) throw new ConfigurationError(`the database is not up to date (${pending.join(', ')}): start the server of this version once`)
  if (unknown.length > 0) throw new ConfigurationError(`a newer version has migrated the database (${unknown.join(', ')}): use the latchkey command of that version`)
}
