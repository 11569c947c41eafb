import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import pg from 'pg'

/** Milliseconds in which the server must take it that a statement is to be ended. */
const TAKEN_WITHIN_MS = 5000

/** What pg's types leave out of a connection. */
interface Wire extends EventEmitter {
  readonly stream: Socket
  connect (portOrPath: number | string, host?: string): void
  requestSsl (): void
  cancel (processId: number, secretKey: number): void
}

/** The same of a client. */
interface Connected {
  readonly host: string
  readonly port: number
  readonly ssl: pg.ConnectionConfig['ssl']
  readonly sslNegotiation: string
  /** `null` where nobody has said how statements are ended, as some poolers do not. */
  readonly processID: number | null
  readonly secretKey: number
}

/**
 * Has the server end what it does for a connection, by another one, as its protocol has it (`CancelRequest`); pg's own `cancel` cannot by TLS. Nobody waits for it, and whether
 * it is done is not known: where the server is gone, there is nothing to end.
 */
export function cancelStatement (client: pg.ClientBase): void {
  const { host, port, ssl, sslNegotiation, processID, secretKey } = client as unknown as Connected
  if (processID === null) return
  const wire = new pg.Connection({ ssl, sslNegotiation } as pg.ConnectionConfig) as unknown as Wire
  wire.on('error', () => { /* the statement is given up either way */ })
  wire.stream.setTimeout(TAKEN_WITHIN_MS, () => { wire.stream.destroy() })
  if (ssl && sslNegotiation !== 'direct') wire.once('connect', () => { wire.requestSsl() })
  wire.once(ssl ? 'sslconnect' : 'connect', () => { wire.cancel(processID, secretKey) })
  if (host.startsWith('/')) wire.connect(`${host}/.s.PGSQL.${port}`)
  else wire.connect(port, host)
}
