import type { Socket } from 'node:net'
import type pg from 'pg'
import { cancelStatement } from './cancel-statement.js'
import { DATABASE_ERR_NO_ANSWER } from './errors.js'

/** In a statement: who takes such a lock waits for others to end their work, such as migrations, and does such work then. */
const ADVISORY_LOCK = 'pg_advisory_'

/** As Kysely begins a transaction. */
const BEGIN = /^(?:begin|start transaction)\b[^;]*$/

/**
 * Gives a connection of the pool up when its statement has had no answer for so long: it may be dead without anybody having learnt of it. What waits for it
 * fails, and the pool makes another. The server is told, or the statement would go on waiting there for a lock, and with each that follows it one more connection, until there are no more to be had. With pg's `query_timeout` only the statement would fail: the connection would go back to the pool, and the next one wait for it.
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
  const query = client.query.bind(client) as (...args: unknown[]) => unknown
  let timer: NodeJS.Timeout | undefined
  let isGivenUp = false
  const noAnswer = () => new DATABASE_ERR_NO_ANSWER(withinMs)
  const stop = () => { clearTimeout(timer) }
  const giveUp = () => {
    isGivenUp = true
    cancelStatement(client)
    // Every statement of the connection fails with it. `end` would wait for the other side, which may be gone.
    ;(client as unknown as { connection: { stream: Socket } }).connection.stream.destroy(noAnswer())
  }

  // All statements are answered, or never will be.
  client.on('drain', stop)
  client.on('end', stop)
  client.query = ((...args: unknown[]) => {
    // Such as the rollback, whose error would hide the reason.
    if (isGivenUp) return Promise.reject(noAnswer())
    const [statement] = args
    stop()
    if (typeof statement === 'string' && statement.includes(ADVISORY_LOCK)) unhurried.add(client)
    // The connection keeps the process while there is an answer to wait for. One that was lost fails by itself, without either event.
    if (!unhurried.has(client)) timer = setTimeout(giveUp, withinMs).unref()
    // By the message that begins it: for this transaction alone, whoever has the session after it.
    if (typeof statement === 'string' && BEGIN.test(statement)) args[0] = `${statement}; set local idle_in_transaction_session_timeout = ${withinMs}`
    return query(...args)
  }) as typeof client.query
}
