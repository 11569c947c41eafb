import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import pg from 'pg'
import { DATABASE_ERR_NO_ANSWER } from './errors.js'

/** In a statement: who takes such a lock waits for others to end their work, such as migrations, and does such work then. */
const ADVISORY_LOCK = 'pg_advisory_'
/** Milliseconds in which the server must take it that a statement is to be ended. */
const CANCELS_WITHIN_MS = 5000

/** What pg's types leave out of a connection. */
interface Wire extends EventEmitter {
  readonly stream: Socket
  connect (portOrPath: number | string, host?: string): void
  requestSsl (): void
  cancel (processId: number, secretKey: number): void
}

/** The same of a client. */
interface Connected {
  readonly connection: Wire
  readonly host: string
  readonly port: number
  readonly ssl: pg.ConnectionConfig['ssl']
  readonly sslNegotiation: string
  /** `null` where nobody has said how statements are ended, as some poolers do not. */
  readonly processID: number | null
  readonly secretKey: number
}

/**
 * Gives a connection of the pool up that has been silent for so long while a statement waits for its answer: it may be dead without anybody having learnt of it. What waits for it
 * fails, and the pool makes another. With pg's `query_timeout` only the statement would fail: the connection would go back to the pool, and the next one wait for it.
 * A connection that has asked for an advisory lock may take its time until it goes back.
 */
export function limitAnswers (pool: pg.Pool, withinMs: number): void {
  const unhurried = new WeakSet<pg.PoolClient>()
  pool.on('connect', client => { limitAnswersOf(client, withinMs, unhurried) })
  pool.on('release', (_error, client) => { unhurried.delete(client) })
}

function limitAnswersOf (client: pg.PoolClient, withinMs: number, unhurried: WeakSet<pg.PoolClient>): void {
  const connected = client as unknown as Connected
  const { stream } = connected.connection
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
    cancel(connected)
  })
  client.query = ((...args: unknown[]) => {
    // Such as the rollback, whose error would hide the reason.
    if (isGivenUp) return Promise.reject(noAnswer())
    const [statement] = args
    if (typeof statement === 'string' && statement.includes(ADVISORY_LOCK)) unhurried.add(client)
    isAsked = true
    return query(...args)
  }) as typeof client.query
}

/**
 * Has the server end what it does for a connection that is given up, by another one, as its protocol has it. It would go on otherwise, waiting for a lock or with locks of its own, until it comes to answer; and since
 * the pool has made another connection meanwhile, those of the server would run out. Nobody waits for it: where the server is gone, there is nothing to end.
 */
function cancel ({ host, port, ssl, sslNegotiation, processID, secretKey }: Connected): void {
  if (processID === null) return
  const wire = new pg.Connection({ ssl, sslNegotiation } as pg.ConnectionConfig) as unknown as Wire
  wire.on('error', () => { /* the connection is given up either way */ })
  wire.stream.setTimeout(CANCELS_WITHIN_MS, () => { wire.stream.destroy() })
  if (ssl && sslNegotiation !== 'direct') wire.once('connect', () => { wire.requestSsl() })
  wire.once(ssl ? 'sslconnect' : 'connect', () => { wire.cancel(processID, secretKey) })
  if (host.startsWith('/')) wire.connect(`${host}/.s.PGSQL.${port}`)
  else wire.connect(port, host)
}
