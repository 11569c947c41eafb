import type { Socket } from 'node:net'
import type pg from 'pg'
import { cancelStatement } from './cancel-statement.js'
import { DATABASE_ERR_NO_ANSWER } from './errors.js'

/** In a statement: who takes such a lock waits for others to end their work, such as migrations, and does such work then. */
const ADVISORY_LOCK = 'pg_advisory_'
/** As Kysely begins a transaction. */
const BEGIN = /^(?:begin|start transaction)\b[^;]*$/

/**
 * Gives a connection of the pool up that has been silent for so long while a statement waits for its answer: it may be dead without anybody having learnt of it. What waits for it
 * fails, and the pool makes another. The server is told: it would go on otherwise, waiting for a lock or with locks of its own, and with each that follows have one connection more.
 * With pg's `query_timeout` only the statement would fail: the connection would go back to the pool, and the next one wait for it.
 * A connection that has asked for an advisory lock may take its time until it goes back.
 *
 * PostgreSQL does the same with a transaction of which it hears nothing for so long: else what that one holds of a process that is cut off would be held until TCP finds
 * out, for hours, and whoever else needs it would wait.
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
  // Of silence in both directions: an answer that has begun may take as long as it comes, and each of several statements has its own time.
  stream.setTimeout(withinMs).on('timeout', () => {
    if (!isAsked || unhurried.has(client)) return
    isGivenUp = true
    // Every statement of the connection fails with it. `end` would wait for the other side, which may be gone.
    stream.destroy(noAnswer())
    cancelStatement(client)
  })
  client.query = ((...args: unknown[]) => {
    // Such as the rollback, whose error would hide the reason.
    if (isGivenUp) return Promise.reject(noAnswer())
    const [statement] = args
    if (typeof statement === 'string' && statement.includes(ADVISORY_LOCK)) unhurried.add(client)
    // By the message that begins it: for this transaction alone, whoever has the session after it.
    if (typeof statement === 'string' && BEGIN.test(statement)) args[0] = `${statement}; set local idle_in_transaction_session_timeout = ${withinMs}`
    isAsked = true
    return query(...args)
  }) as typeof client.query
}
