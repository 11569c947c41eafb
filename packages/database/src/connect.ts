import Sqlite from 'better-sqlite3'
import { Kysely, PostgresDialect, SqliteDialect, type Dialect, type PostgresPool, type SqliteDatabase, type SqliteStatement } from 'kysely'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import pg from 'pg'
import { DATABASE_ERR_UNSUPPORTED_URL } from './errors.js'
import type { ResolvedOptions } from './options.js'
import { runHotQueriesBy, statementName, type RunHotQuery } from './prepared-query.js'
import { announceChanges, mayChange } from './seen-changes.js'
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
  const changes = { count: 0 }
  const { dialect, runHotQuery } = open(url, options, reportError, () => { changes.count++ })
  const db = new Kysely<Tables>({ dialect })
  announceChanges(db, changes)
  if (runHotQuery !== undefined) runHotQueriesBy(db, runHotQuery)
  return db
}

interface Opened {
  readonly dialect: Dialect
  readonly runHotQuery: RunHotQuery | undefined
}

function open (url: string, options: ConnectionOptions, reportError: ReportError, onChange: () => void): Opened {
  if (url.startsWith('sqlite:')) return openSqlite(url.slice('sqlite:'.length), options, onChange)
  if (/^postgres(ql)?:\/\//.test(url)) return openPostgres(url, options, reportError, onChange)
  throw new DATABASE_ERR_UNSUPPORTED_URL()
}

function openSqlite (path: string, { busyTimeoutMs, synchronous }: ConnectionOptions, onChange: () => void): Opened {
  if (path === '') throw new DATABASE_ERR_UNSUPPORTED_URL()
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true })
  const database = new Sqlite(path, { timeout: busyTimeoutMs })
  // Readers and the writer do not wait for each other, and a commit not for the disk: the event loop would wait with it.
  database.pragma('journal_mode = WAL')
  database.pragma(`synchronous = ${synchronous}`)
  database.pragma('foreign_keys = ON')
  // What is in the memory is there for its one connection only.
  const reader = path === ':memory:' ? undefined : new Sqlite(path, { readonly: true, timeout: busyTimeoutMs })
  const read = reader === undefined ? undefined : keepStatements(reader)
  return {
    dialect: new SqliteDialect({ database: watched(database, onChange, () => { reader?.close() }) }),
    // By a connection of its own it neither waits for a transaction of another request nor sees what that has not committed.
    runHotQuery: read === undefined ? undefined : async (sql, parameters) => read(sql).all(...parameters)
  }
}

/** As Kysely wants it: with the same statement for the same hot SQL, and telling when something may have been changed. */
function watched (database: Sqlite.Database, onChange: () => void, onClose: () => void): SqliteDatabase {
  const keptStatement = keepStatements(database)
  return {
    close: () => {
      onClose()
      database.close()
    },
    prepare: (sql) => {
      // Kysely runs it in the same turn of the event loop, before anybody can look.
      if (mayChange(sql)) onChange()
      return (statementName(sql) === undefined ? database.prepare(sql) : keptStatement(sql)) as unknown as SqliteStatement
    }
  }
}

/** The driver would prepare a statement anew each time. */
function keepStatements (database: Sqlite.Database): (sql: string) => Sqlite.Statement {
  const statements = new Map<string, Sqlite.Statement>()
  return sql => {
    let statement = statements.get(sql)
    if (statement === undefined) statements.set(sql, statement = database.prepare(sql))
    return statement
  }
}

function openPostgres (url: string, { maxConnections, connectionTimeoutMs }: ConnectionOptions, reportError: ReportError, onChange: () => void): Opened {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: connectionTimeoutMs,
    keepAlive: true
  })
  // Without listeners, a server that goes away would end the process: while a connection is idle, and between two statements of a transaction.
  pool.on('error', reportError)
  pool.on('connect', client => { client.on('error', () => { /* what was under way fails by itself */ }) })
  pool.on('connect', client => { watchStatements(client, onChange) })
  return {
    dialect: new PostgresDialect({ pool: pool as unknown as PostgresPool }),
    runHotQuery: async (text, values) => (await pool.query({ name: statementName(text) as string, text, values: [...values] })).rows
  }
}

/** Gives hot SQL a name on this connection, by which PostgreSQL keeps it parsed and planned, and tells when something may have been changed. */
function watchStatements (client: pg.PoolClient, onChange: () => void): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown
  client.query = ((...args: unknown[]) => {
    const [text, values] = args
    if (typeof text !== 'string') return query(...args)
    const name = statementName(text)
    const result = name === undefined ? query(...args) : query({ name, text, values })
    // Also where it failed: the connection may have been lost with the answer to a commit.
    if (mayChange(text)) Promise.resolve(result).then(onChange, onChange)
    return result
  }) as typeof client.query
}
