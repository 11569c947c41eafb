import database, { type Tables } from '@latchkey/database'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Kysely } from 'kysely'
import { existsSync } from 'node:fs'
import type { Config } from '../config.js'
import { ConfigurationError } from '../configuration-error.js'
import { migrationState } from './migration-state.js'

/**
 * Opens the database of the server as it is: makes none, and changes nothing in it. To be closed.
 *
 * @throws ConfigurationError where there is none
 */
export async function openDatabase ({ databaseUrl: url, databaseAnswerTimeoutMs: answerTimeoutMs }: Pick<Config, 'databaseUrl' | 'databaseAnswerTimeoutMs'>): Promise<FastifyInstance> {
  const path = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : null
  if (path === ':memory:') throw new ConfigurationError('DATABASE_URL is sqlite::memory:, which nobody but the server itself can look into: give the URL of a file or of a PostgreSQL database')
  if (path !== null && !existsSync(path)) throw new ConfigurationError(`there is no database ${path}: start the server once, which makes it, or correct DATABASE_URL`)
  const app = Fastify({ logger: false })
  await app.register(database, { url, answerTimeoutMs })
  return app
}

/** @throws ConfigurationError where the server of another version has the database, or none has had it yet */
export async function assertUpToDate (db: Kysely<Tables>, upToDate: Kysely<Tables>): Promise<void> {
  const { pending, unknown } = await migrationState(db, upToDate)
  if (pending.length > 0) throw new ConfigurationError(`the database is not up to date (${pending.join(', ')}): start the server of this version once`)
  if (unknown.length > 0) throw new ConfigurationError(`the database is of a newer version (${unknown.join(', ')}): use the latchkey of that version`)
}
