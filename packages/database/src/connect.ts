import type Sqlite from 'better-sqlite3'
import { Kysely, PostgresDialect, SqliteDialect, type Dialect, type PostgresPool, type SqliteDatabase, type SqliteStatement } from 'kysely'
import { readFileSync } from 'node:fs'
import pg from 'pg'
import { limitAnswers } from './answer-deadline.js'
import { DATABASE_ERR_TLS_FILE_UNREADABLE, DATABASE_ERR_UNSUPPORTED_URL } from './errors.js'
import { ANSWERS_WITHIN_MS, ListeningConnection } from './listening-connection.js'
import { openSqlite } from './open-sqlite.js'
import type { ResolvedOptions } from './options.js'
import { PostgresChanges, type ReportListening } from './postgres-changes.js'
import { statementName } from './prepared-query.js'
import { announceChanges, WatchedStatements, type SeenChanges } from './seen-changes.js'
import { SqliteChanges } from './sqlite-changes.js'
import { CHANNEL } from './told-changes.js'
import type { Tables } from './index.js'

/** Receives reports that belong to no request. */
export interface Reports {
  /** A PostgreSQL connection was lost while idle. */
  idleClosed (error: Error): void
  /** About detecting changes by others. */
  readonly listening: ReportListening
}

type ConnectionOptions = Pick<ResolvedOptions, 'maxConnections' | 'connectionTimeoutMs' | 'answerTimeoutMs' | 'preparedStatements' | 'busyTimeoutMs' | 'synchronous'>

/**
 * Opens the database at a URL. SQLite opens (and creates) the file at once; PostgreSQL connects at the first query.
 *
 * @throws DATABASE_ERR_UNSUPPORTED_URL for any other scheme, DATABASE_ERR_FILE_UNUSABLE, DATABASE_ERR_TLS_FILE_UNREADABLE
 */
export function connect (url: string, options: ConnectionOptions, reports: Reports): Kysely<Tables> {
  const unseen = new Set<string>()
  const { dialect, changesOf } = open(url, options, unseen, reports)
  const db = new Kysely<Tables>({ dialect })
  announceChanges(db, { changesOf, unseen })
  return db
}

function open (url: string, options: ConnectionOptions, unseen: ReadonlySet<string>, reports: Reports): { dialect: Dialect, changesOf: (tables: readonly string[]) => SeenChanges } {
  if (url.startsWith('sqlite:')) {
    const path = url.slice('sqlite:'.length)
    if (path === '') throw new DATABASE_ERR_UNSUPPORTED_URL()
    const database = openSqlite(path, options)
    const changes = new SqliteChanges(database)
    return { dialect: new SqliteDialect({ database: watchedSqlite(database, new WatchedStatements(unseen), changes) }), changesOf: () => changes }
  }
  if (/^postgres(ql)?:\/\//.test(url)) {
    return openPostgres(url, options, unseen, reports)
  }
  throw new DATABASE_ERR_UNSUPPORTED_URL()
}

/** Reuses prepared statements for hot SQL, which the driver would prepare again each time, and records changes. */
function watchedSqlite (database: Sqlite.Database, watched: WatchedStatements, changes: SqliteChanges): SqliteDatabase {
  const statements = new Map<string, Sqlite.Statement>()
  return {
    close: () => { database.close() },
    prepare: sql => {
      // Kysely runs it in the same turn of the event loop, before anyone can check for changes.
      if (watched.mayChange(sql)) changes.note()
      const statement = statementFor(sql)
      changes.runs(statement)
      return statement as SqliteStatement
    }
  }

  function statementFor (sql: string): Sqlite.Statement {
    // After some errors, such as a full disk, SQLite has already rolled back. Kysely would then throw "no transaction", which hides the real error.
    if (sql === 'rollback' && !database.inTransaction) return database.prepare('select null')
    if (statementName(sql) === undefined) return database.prepare(sql)
    let statement = statements.get(sql)
    if (statement === undefined) {
      statement = database.prepare(sql)
      statements.set(sql, statement)
    }
    return statement
  }
}

function openPostgres (url: string, { maxConnections, connectionTimeoutMs, answerTimeoutMs, preparedStatements }: ConnectionOptions, unseen: ReadonlySet<string>, { idleClosed, listening }: Reports): ReturnType<typeof open> {
  checkTlsFiles(url)
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: connectionTimeoutMs,
    keepAlive: true
  })
  const changes = new PostgresChanges({
    connect: onNotification => new ListeningConnection(url, connectionTimeoutMs, onNotification),
    // With a timeout, in case the pool's connection is lost or a commit hangs. It is tried again then.
    notify: text => pool.query({ text: 'select pg_notify($1, $2)', values: [CHANNEL, text], query_timeout: ANSWERS_WITHIN_MS } as pg.QueryConfig)
  }, listening)
  // Without these listeners, a server that goes away would end the process, while a connection is idle or between two statements.
  pool.on('error', idleClosed)
  pool.on('connect', client => { client.on('error', () => { /* the running statement fails by itself */ }) })
  limitAnswers(pool, answerTimeoutMs)
  pool.on('connect', client => { watchStatements(client, new WatchedStatements(unseen), preparedStatements, () => { changes.note() }) })
  const closing = {
    connect: () => pool.connect(),
    end: async () => {
      await changes.close()
      await pool.end()
    }
  }
  return {
    dialect: new PostgresDialect({ pool: closing as unknown as PostgresPool }),
    changesOf: tables => {
      if (tables.length === 0) return changes.own
      changes.watch(tables)
      return changes
    }
  }
}

/** The driver reads them for each connection: without this check, the first query would fail, with an error that does not say what the file is for. */
function checkTlsFiles (url: string): void {
  if (!URL.canParse(url)) return
  for (const [parameter, path] of new URL(url).searchParams) {
    if (!/^ssl(rootcert|cert|key)$/.test(parameter) || path === '') continue
    try {
      readFileSync(path)
    } catch (cause) {
      throw new DATABASE_ERR_TLS_FILE_UNREADABLE(parameter, (cause as Error).message, { cause })
    }
  }
}

/** Names hot SQL on this connection if `names`, so that PostgreSQL keeps it prepared, and records possible changes. */
function watchStatements (client: pg.PoolClient, watched: WatchedStatements, names: boolean, onChange: () => void): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown
  client.query = ((...args: unknown[]) => {
    const [text, values] = args
    if (typeof text !== 'string') return query(...args)
    const name = names ? statementName(text) : undefined
    const result = name === undefined ? query(...args) : query({ name, text, values })
    // Also after a failure: the answer to a successful commit may have been lost.
    if (watched.mayChange(text)) Promise.resolve(result).then(onChange, onChange)
    return result
  }) as typeof client.query
}
