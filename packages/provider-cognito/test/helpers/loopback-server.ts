/** Servers on loopback ports: one with a given listener, and broken ones. */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/** Returns the server's URL. It stops with the test. `connectionClosed` is called for each connection that closes, with or without a request. */
export async function startServer (t: Test, listener: RequestListener, connectionClosed: () => void = () => {}): Promise<string> {
  const server = createServer(listener).on('connection', socket => { socket.on('close', connectionClosed) }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.close(); server.closeAllConnections() })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Starts a server whose responses never end. `sent` says how many bytes it has sent. */
export async function startEndlessServer (t: Test): Promise<{ url: string, sent: () => number }> {
  const page = ' '.repeat(64 * 1024)
  let sent = 0
  const url = await startServer(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const send = () => {
      while (!response.destroyed && response.write(page)) sent += page.length
      response.once('drain', send)
    }
    send()
  })
  return { url, sent: () => sent }
}

/** Returns the URL of a broken server, which refuses connections, never responds, or responds with garbage. */
export async function startBrokenServer (t: Test, kind: 'down' | 'hanging' | 'garbage'): Promise<string> {
  switch (kind) {
    case 'down': {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      server.close()
      await once(server, 'close')
      return `http://127.0.0.1:${port}`
    }
    case 'hanging': return await startServer(t, () => {})
    case 'garbage': return await startServer(t, (_request, response) => { response.writeHead(200, { 'content-type': 'application/json' }).end('<html>{"access_token') })
  }
}
