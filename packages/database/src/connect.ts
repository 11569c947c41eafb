import Sqlite from 'better-sqlite3'
import { Kysely, PostgresDialect, SqliteDialect, type PostgresPool, type SqliteDatabase, type SqliteStatement } from 'kysely'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import pg from 'pg'
import { DATABASE_ERR_UNSUPPORTED_URL } from './errors.js'
import type { ResolvedOptions } from './options.js'
import { statementName } from './prepared-query.js'
import type { Tables } from './index.js'

/** What the connection layer has to say outside any request: a PostgreSQL connection lost while idle. */
export type ReportError = (error: Error) => void

type ConnectionOptions = Pick<ResolvedOptions, 'maxConnections' | 'connectionTimeoutMs' | 'busyTimeoutMs' | 'synchronous'>

/**
 * Opens the database of a URL. SQLite opens (and creates) the file at once; PostgreSQL connects at the first query.
 *
 * @throws DATABASE_ERR_UNSUPPORTED_URL for any other scheme
 */
export function connect (url: string, options: ConnectionOptions, reportError: ReportError): Kysely<Tables> {
  if (url.startsWith('sqlite:')) return new Kysely({ dialect: new SqliteDialect({ database: openSqlite(url.slice('sqlite:'.length), options) }) })
  if (/^postgres(ql)?:\/\//.test(url)) return new Kysely({ dialect: new PostgresDialect({ pool: openPostgres(url, options, reportError) }) })
  throw new DATABASE_ERR_UNSUPPORTED_URL()
}

function openSqlite (path: string, { busyTimeoutMs, synchronous }: ConnectionOptions): SqliteDatabase {
  if (path === '') throw new DATABASE_ERR_UNSUPPORTED_URL()
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true })
  const database = new Sqlite(path, { timeout: busyTimeoutMs })
  // Readers and the writer do not wait for each other, and a commit not for the disk: the event loop would wait with it.
  database.pragma('journal_mode = WAL')
  database.pragma(`synchronous = ${synchronous}`)
  database.pragma('foreign_keys = ON')
  return keepingStatements(database)
}

/** Hands Kysely the same statement for the same hot SQL, where the driver would prepare it anew. */
function keepingStatements (database: Sqlite.Database): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>()
  return {
    close: () => { database.close() },
    prepare: (sql) => {
      if (statementName(sql) === undefined) return database.prepare(sql)
      let statement = statements.get(sql)
      if (statement === undefined) {
        statement = database.prepare(sql)
        statements.set(sql, statement)
      }
      return statement
    }
  }
}

function openPostgres (url: string, { maxConnections, connectionTimeoutMs }: ConnectionOptions, reportError: ReportError): PostgresPool {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: connectionTimeoutMs,
    keepAlive: true
  })
  // Without listeners, a server that goes away would end the process: while a connection is idle, and between two statements of a transaction.
  pool.on('error', reportError)
  pool.on('connect', client => { client.on('error', () => { /* what was under way fails by itself */ }) })
  pool.on('connect', nameHotStatements)
  return pool as unknown as PostgresPool
}

/** Gives hot SQL a name on this connection, by which PostgreSQL keeps it parsed and planned. */
function nameHotStatements (client: pg.PoolClient): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown
  client.query = ((...args: unknown[]) => {
    const [text, values] = args
    const name = typeof text === 'string' ? statementName(text) : undefined
    return name === undefined ? query(...args) : query({ name, text, values })
  }) as typeof client.query
}
