import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** The way to a PostgreSQL server, on which what can happen to connections happens to those that an application name is given of. */
export interface Link {
  /** The server's URL by this way. */
  readonly url: string
  /** How often such a connection was begun. */
  readonly begun: number
  /** Nothing comes through any more, in either direction, and nobody learns of it. */
  freeze (): void
  /** Ends the open connections, as a server does that is ended. */
  cut (): void
  /** What is begun from now on comes through again. */
  thaw (): void
  /** Notifications do not come through: as a pooler in transaction mode, which gives the session to others between two statements. `except` those with a text of somebody. */
  dropNotifications (drop: boolean, except?: string): void
  /** As soon as a notification is dropped. */
  untilDropped (): Promise<void>
  /** What is begun from now on is closed at once. */
  refuse (refuse: boolean): void
  /** Sends a statement on the open connection on the client's behalf, who does not get the answer: as a pooler that cleans up. */
  say (statement: string): Promise<void>
  close (): Promise<void>
}

interface Connection {
  readonly client: Socket
  readonly server: Socket
  isFrozen: boolean
  /** Called with the next `ReadyForQuery`, until which nothing is passed on to the client. */
  swallowed?: (() => void) | undefined
}

/** Makes such a way. */
export async function openLink (url: string, applicationName: string): Promise<Link> {
  const target = new URL(url)
  const all = new Set<Socket>()
  const affected = new Set<Connection>()
  const state = { begun: 0, freezes: false, refuses: false, drops: false, except: '', dropped: () => {} }

  // Over a link that is dead nobody hears that the other side has ended.
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

/** Each message of the server: a letter, its length, the rest. */
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
