import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import pg from 'pg'

/** Milliseconds in which the server must accept the request. */
const TAKEN_WITHIN_MS = 5000

/** Members of a connection that pg's types omit. */
interface Wire extends EventEmitter {
  readonly stream: Socket
  connect (portOrPath: number | string, host?: string): void
  requestSsl (): void
  cancel (processId: number, secretKey: number): void
}

/** Members of a client that pg's types omit. */
interface Connected {
  readonly host: string
  readonly port: number
  readonly ssl: pg.ConnectionConfig['ssl']
  readonly sslNegotiation: string
  /** `null` if the server sent no key to cancel statements, as with some poolers. */
  readonly processID: number | null
  readonly secretKey: number
}

/**
 * Asks the server to cancel a connection's statement (`CancelRequest`), over another connection as the protocol requires. pg's
 * own `cancel` does not support TLS. Nobody waits for it, and the outcome is unknown: if the server is gone, there is nothing to
 * cancel.
 */
export function cancelStatement (client: pg.ClientBase): void {
  const { host, port, ssl, sslNegotiation, processID, secretKey } = client as unknown as Connected
  if (processID === null) return
  const wire = new pg.Connection({ ssl, sslNegotiation } as pg.ConnectionConfig) as unknown as Wire
  wire.on('error', () => { /* the statement fails either way */ })
  wire.stream.setTimeout(TAKEN_WITHIN_MS, () => { wire.stream.destroy() })
  if (ssl && sslNegotiation !== 'direct') wire.once('connect', () => { wire.requestSsl() })
  wire.once(ssl ? 'sslconnect' : 'connect', () => { wire.cancel(processID, secretKey) })
  if (host.startsWith('/')) wire.connect(`${host}/.s.PGSQL.${port}`)
  else wire.connect(port, host)
}
