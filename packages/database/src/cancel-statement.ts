import type { ConnectionOptions } from 'node:tls'
import type { Duplex } from 'node:stream'
import pg from 'pg'

/** Milliseconds after which a server that does not take the request is left alone: it may be gone. */
const TAKEN_WITHIN_MS = 5000

/** What pg has of a connection, and does not say in its types. */
interface Connected {
  readonly host: string
  readonly port: number
  readonly ssl: boolean | ConnectionOptions
  readonly processID: number
  readonly secretKey: number
}

interface Connection {
  readonly stream: Duplex
  on (event: 'error', handle: () => void): void
  once (event: 'connect' | 'sslconnect', handle: () => void): void
  connect (portOrSocket: number | string, host?: string): void
  cancel (processID: number, secretKey: number): void
}

/**
 * Asks the server, by a connection of its own, to end the statement that another connection is at (PostgreSQL's `CancelRequest`). Whether it does is not known. pg's
 * own `cancel` cannot do so by TLS.
 */
export function cancelStatement (client: pg.Client): void {
  const { host, port, ssl, processID, secretKey } = client as unknown as Connected
  const connection = new pg.Connection({ ssl }) as unknown as Connection
  const timer = setTimeout(() => { connection.stream.destroy() }, TAKEN_WITHIN_MS).unref()
  connection.stream.once('close', () => { clearTimeout(timer) })
  connection.on('error', () => { /* it is not known whether the server is there */ })
  // It answers by ending the connection.
  connection.once(ssl ? 'sslconnect' : 'connect', () => { connection.cancel(processID, secretKey) })
  if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`)
  else connection.connect(port, host)
}
