import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A proxy to a PostgreSQL server that simulates network failures for connections with a given application name. */
export interface Link {
  /** The server's URL through the proxy. */
  readonly url: string
  /** How many such connections were opened. */
  readonly begun: number
  /** Silently stops all traffic in both directions. */
  freeze (): void
  /** Closes the open connections, like a server that stops. */
  cut (): void
  /** Lets new connections work again. */
  thaw (): void
  /** Drops notifications, like a pooler in transaction mode, which gives the session to others between statements. `except`: those that contain this text. */
  dropNotifications (drop: boolean, except?: string): void
  /** Resolves when a notification is dropped. */
  untilDropped (): Promise<void>
  /** Closes new connections at once. */
  refuse (refuse: boolean): void
  /** Sends a statement on the open connection for the client, who does not get the answer, like a pooler that resets a session. */
  say (statement: string): Promise<void>
  close (): Promise<void>
}

interface Connection {
  readonly client: Socket
  readonly server: Socket
  isFrozen: boolean
  /** Called at the next `ReadyForQuery`. Until then, nothing is passed on to the client. */
  swallowed?: (() => void) | undefined
}

/** Opens such a proxy. */
export async function openLink (url: string, applicationName: string): Promise<Link> {
  const target = new URL(url)
  const all = new Set<Socket>()
  const affected = new Set<Connection>()
  const state = { begun: 0, freezes: false, refuses: false, drops: false, except: '', dropped: () => {} }

  // On a dead link, neither side learns that the other has closed.
  const listener = createServer({ allowHalfOpen: true }, client => {
    const server = connect(Number(target.port), target.hostname)
    const connection: Connection = { client, server, isFrozen: false }
    for (const socket of [client, server]) {
      all.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.on('close', () => {
        all.delete(socket)
        affected.delete(connection)
        if (!connection.isFrozen) for (const other of [client, server]) other.destroy()
      })
    }
    client.once('data', startup => {
      if (!startup.includes(applicationName)) return
      state.begun++
      if (state.refuses) {
        client.destroy()
        return
      }
      connection.isFrozen = state.freezes
      affected.add(connection)
    })
    client.on('data', data => { if (!connection.isFrozen) server.write(data) })
    client.on('end', () => { if (!connection.isFrozen) server.end() })
    eachMessage(server, message => {
      if (connection.isFrozen) return
      const type = String.fromCharCode(message[0] as number)
      if (affected.has(connection)) {
        if (type === 'A' && state.drops && (state.except === '' || !message.includes(state.except))) {
          state.dropped()
          return
        }
        if (connection.swallowed !== undefined) {
          if (type === 'Z') connection.swallowed()
          return
        }
      }
      client.write(message)
    })
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const by = new URL(url)
  by.port = String((listener.address() as AddressInfo).port)

  return {
    url: by.href,
    get begun () { return state.begun },
    freeze: () => {
      state.freezes = true
      for (const connection of affected) connection.isFrozen = true
    },
    cut: () => { for (const { client } of affected) client.destroy() },
    thaw: () => { state.freezes = false },
    dropNotifications: (drop, except = '') => { Object.assign(state, { drops: drop, except }) },
    untilDropped: async () => { await new Promise<void>(resolve => { state.dropped = resolve }) },
    refuse: refuse => { state.refuses = refuse },
    say: async statement => {
      const [connection] = affected
      if (connection === undefined) throw new Error('No such connection is open')
      const text = Buffer.from(`${statement}\0`)
      const head = Buffer.from([0x51, 0, 0, 0, 0])
      head.writeInt32BE(text.length + 4, 1)
      await new Promise<void>(resolve => {
        connection.swallowed = () => { connection.swallowed = undefined; resolve() }
        connection.server.once('close', resolve)
        connection.server.write(Buffer.concat([head, text]))
      })
    },
    close: async () => {
      for (const socket of all) socket.destroy()
      await new Promise(resolve => listener.close(resolve))
    }
  }
}

/** Splits the server's data into messages: a letter, the length, the rest. */
function eachMessage (server: Socket, handle: (message: Buffer) => void): void {
  let rest = Buffer.alloc(0)
  server.on('data', data => {
    rest = Buffer.concat([rest, data])
    while (rest.length >= 5) {
      const end = 1 + rest.readInt32BE(1)
      if (rest.length < end) return
      handle(rest.subarray(0, end))
      rest = rest.subarray(end)
    }
  })
}
