import type { Socket } from 'node:net'
import type pg from 'pg'
import { cancelStatement } from './cancel-statement.js'
import { DATABASE_ERR_NO_ANSWER } from './errors.js'

/** Marks statements that take an advisory lock: they wait for others to finish long work, such as migrations, and then do such work. */
const ADVISORY_LOCK = 'pg_advisory_'
/** How Kysely begins a transaction. */
const BEGIN = /^(?:begin|start transaction)\b[^;]*$/

/**
 * Closes a pooled connection that is silent for this long while a statement waits for its answer, because it may be dead without
 * anyone noticing. Its statements fail, and the pool opens another connection. The server is asked to cancel the statement, so
 * that it does not keep waiting or holding locks, with one more connection each time. pg's `query_timeout` would only fail the
 * statement, and return the connection to the pool for the next one to wait for.
 * A connection that has requested an advisory lock has no deadline until it returns to the pool.
 *
 * PostgreSQL likewise ends a transaction that it hears nothing from for this long. Otherwise the locks of a disconnected process
 * would block others for hours, until TCP notices.
 */
export function limitAnswers (pool: pg.Pool, withinMs: number): void {
  const unhurried = new WeakSet<pg.PoolClient>()
  pool.on('connect', client => { limitAnswersOf(client, withinMs, unhurried) })
  pool.on('release', (_error, client) => { unhurried.delete(client) })
}

function limitAnswersOf (client: pg.PoolClient, withinMs: number, unhurried: WeakSet<pg.PoolClient>): void {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  const query = client.query.bind(client) as (...args: unknown[]) => unknown
  const noAnswer = () => new DATABASE_ERR_NO_ANSWER(withinMs)
  let isAsked = false
  let isGivenUp = false

  client.on('drain', () => { isAsked = false })
  // Measures silence in both directions: an answer may take any time once it has started, and each statement has its own deadline.
  stream.setTimeout(withinMs).on('timeout', () => {
    if (!isAsked || unhurried.has(client)) return
    isGivenUp = true
    // Fails every statement of the connection. `end` would wait for the other side, which may be gone.
    stream.destroy(noAnswer())
    cancelStatement(client)
  })
  client.query = ((...args: unknown[]) => {
    // For example the rollback, whose own error would hide the reason.
    if (isGivenUp) return Promise.reject(noAnswer())
    const [statement] = args
    if (typeof statement === 'string' && statement.includes(ADVISORY_LOCK)) unhurried.add(client)
    // Sent with `begin`, so that it applies to this transaction only, whoever has the session afterwards.
    if (typeof statement === 'string' && BEGIN.test(statement)) args[0] = `${statement}; set local idle_in_transaction_session_timeout = ${withinMs}`
    isAsked = true
    return query(...args)
  }) as typeof client.query
}
