import { Socket } from 'node:net'
import pg from 'pg'
import { CHANNEL, LOOK_AT_TRIGGERS } from './told-changes.js'

/** Shown in `pg_stat_activity`. */
const APPLICATION_NAME = 'latchkey changes'
/** Milliseconds after which a server that does not answer counts as gone. */
export const ANSWERS_WITHIN_MS = 5000

/** The result of checking the database. */
export interface Look {
  /** The tables that lack a trigger. */
  readonly silent: readonly string[]
  /** Differs after changes that no trigger reports. */
  readonly version: string
}

/** A PostgreSQL connection outside the pool that listens for notifications. */
export class ListeningConnection {
  readonly #socket = new Socket()
  readonly #client: pg.Client
  #isOpen = false

  /** @param onNotification receives the text of each notification */
  constructor (url: string, connectionTimeoutMs: number, onNotification: (text: string) => void) {
    this.#client = new pg.Client({
      connectionString: url,
      application_name: APPLICATION_NAME,
      connectionTimeoutMillis: connectionTimeoutMs,
      query_timeout: ANSWERS_WITHIN_MS,
      keepAlive: true,
      // Our own socket, because `end` waits for the other side, which may be gone.
      stream: () => this.#socket
    })
    this.#client.on('error', () => { /* the next check fails by itself */ })
    this.#client.on('notification', ({ payload = '' }) => { onNotification(payload) })
  }

  /** Connects and starts to listen. */
  async open (): Promise<void> {
    await this.#client.connect()
    this.#isOpen = true
    await this.#client.query(`listen ${CHANNEL}`)
  }

  /**
   * Checks the triggers of these tables. PostgreSQL sends pending notifications before the answer, so by then all changes up
   * to the request have been reported.
   *
   * @throws if the session no longer listens: a pooler may have switched to another session, which also lacks the prepared statement
   */
  async look (tables: readonly string[]): Promise<Look> {
    const { rows: [row] } = await this.#client.query<Look & { listens: boolean }>({
      name: 'latchkey_look',
      text: `select '${CHANNEL}' in (select pg_listening_channels()) as listens, triggers.* from (${LOOK_AT_TRIGGERS}) triggers`,
      values: [tables]
    })
    if (row?.listens !== true) throw new Error('The session is no longer listening')
    return row
  }

  /** @throws if the server is gone. Another session may answer */
  async ping (): Promise<void> {
    await this.#client.query('select')
  }

  /** Closes the connection at once, even while it waits for something. */
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
