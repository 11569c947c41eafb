import { Socket } from 'node:net'
import pg from 'pg'
import { CHANNEL, LOOK_AT_TRIGGERS } from './told-changes.js'

/** What operators see of it in `pg_stat_activity`. */
const APPLICATION_NAME = 'latchkey changes'
/** Milliseconds after which who does not answer is gone. */
export const ANSWERS_WITHIN_MS = 5000

/** What a look at the database told. */
export interface Look {
  /** The tables that lack a trigger. */
  readonly silent: readonly string[]
  /** Another one after what no trigger tells. */
  readonly version: string
}

/** One PostgreSQL connection, beside those of the pool, that listens. */
export class ListeningConnection {
  readonly #socket = new Socket()
  readonly #client: pg.Client
  #isOpen = false

  /** @param onNotification told the text of each */
  constructor (url: string, connectionTimeoutMs: number, onNotification: (text: string) => void) {
    this.#client = new pg.Client({
      connectionString: url,
      application_name: APPLICATION_NAME,
      connectionTimeoutMillis: connectionTimeoutMs,
      query_timeout: ANSWERS_WITHIN_MS,
      keepAlive: true,
      // Its own: `end` waits for the other side, which may be gone.
      stream: () => this.#socket
    })
    this.#client.on('error', () => { /* the next look fails by itself */ })
    this.#client.on('notification', ({ payload = '' }) => { onNotification(payload) })
  }

  /** Connects, and begins to listen. */
  async open (): Promise<void> {
    await this.#client.connect()
    this.#isOpen = true
    await this.#client.query(`listen ${CHANNEL}`)
  }

  /**
   * Looks at the triggers of these tables. PostgreSQL sends what it has to tell before it answers: whoever gets the answer has been told all that was there to
   * tell when it was asked.
   *
   * @throws where this connection does not listen any more: something between may have given it another session, which does not know the prepared statement either
   */
  async look (tables: readonly string[]): Promise<Look> {
    const { rows: [row] } = await this.#client.query<Look & { listens: boolean }>({
      name: 'latchkey_look',
      text: `select '${CHANNEL}' in (select pg_listening_channels()) as listens, triggers.* from (${LOOK_AT_TRIGGERS}) triggers`,
      values: [tables]
    })
    if (row?.listens !== true) throw new Error('The session does not listen any more')
    return row
  }

  /** @throws where nobody is there any more; by another session it may be */
  async ping (): Promise<void> {
    await this.#client.query('select')
  }

  /** Ends it at once, whatever it waits for. */
  async close (): Promise<void> {
    if (this.#socket.closed) return
    const closed = new Promise(resolve => { this.#socket.once('close', resolve) })
    if (this.#isOpen) {
      this.#client.end().catch(() => {})
      this.#socket.destroySoon()
    } else {
      this.#socket.destroy()
    }
    await closed
  }
}
