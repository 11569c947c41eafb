import Fastify, { type FastifyInstance } from 'fastify'
import { once } from 'node:events'
import { readFile, stat } from 'node:fs'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import closingConnections from '../dist/plugins/closing-connections.js'

const request = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'

async function listening (t: Test): Promise<{ app: FastifyInstance, client: () => Socket }> {
  const app = Fastify({ return503OnClosing: false })
  await app.register(closingConnections)
  app.get('/', async () => 'here')
  await app.listen({ port: 0, host: '127.0.0.1' })
  t.teardown(() => app.close())
  return { app, client: () => connect((app.server.address() as AddressInfo).port, '127.0.0.1') }
}

/** What comes on a connection until it ends, and by what it ended if it was cut off. */
async function allOf (socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', (chunk: Buffer) => { text += chunk.toString() })
  socket.on('error', error => { text += ` [${error.message}]` })
  await new Promise(resolve => { socket.once('close', resolve) })
  return text
}

/** An app that has been closing for a while, and a connection that was idle when that began. */
async function closingBesideIdle (t: Test): Promise<{ socket: Socket, all: Promise<string>, closed: Promise<undefined> }> {
  const { app, client } = await listening(t)
  const socket = client()
  const all = allOf(socket)
  socket.write(request)
  await once(socket, 'data')
  const closed = app.close()
  await wait(150)
  return { socket, all, closed }
}

/** The event loop stands still, as it does in a busy process. */
function block (ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

t.test('a request that arrives on an idle connection while the process is busy at the end of closing is answered', async t => {
  const { socket, all, closed } = await closingBesideIdle(t)
  // Among what arrives: timers are next, and what arrives after them.
  readFile(import.meta.filename, () => {
    socket.write(request)
    block(300)
  })
  t.match(await all, /here[^]*connection: close[^]*here$/i)
  await closed
})

t.test('a connection that the system has taken, and the process has not, is answered', async t => {
  const { app, client } = await listening(t)
  const socket = client()
  socket.write(request)
  const all = allOf(socket)
  await new Promise<void>(resolve => { process.nextTick(resolve) })
  block(20)
  await app.close()
  t.match(await all, /connection: close[^]*here$/i)
})

t.test('many connections that the system has taken while the process was busy at the end of closing are answered, though Node takes one in each turn', async t => {
  const { app, client } = await listening(t)
  const first = allOf(client().setNoDelay())
  await once(app.server, 'connection')
  const closed = app.close()
  await wait(150)
  const late = await new Promise<Promise<string>[]>(resolve => {
    readFile(import.meta.filename, () => {
      const sockets = Array.from({ length: 10 }, client)
      for (const socket of sockets) socket.write(request)
      resolve(sockets.map(allOf))
      block(300)
    })
  })
  for (const answer of late) t.match(await answer, /connection: close[^]*here$/i)
  t.equal(await first, '', 'one that asks nothing is closed')
  await closed
})

t.test('a request that arrives while the process does something long before it closes idle connections is answered', async t => {
  const { socket, all, closed } = await closingBesideIdle(t)
  readFile(import.meta.filename, () => {
    // Is ready when the time of telling is over, and long.
    stat(import.meta.filename, () => {
      socket.write(request)
      block(50)
    })
    block(300)
  })
  t.match(await all, /here[^]*connection: close[^]*here$/i)
  await closed
})

t.test('a connection that is new at the end of closing has as long as all others to ask', async t => {
  const { app, client } = await listening(t)
  const old = allOf(client())
  await once(app.server, 'connection')
  const closed = app.close()
  await wait(200)
  const socket = client()
  const all = allOf(socket)
  await once(socket, 'connect')
  await wait(180)
  socket.write(request)
  t.match(await all, /connection: close[^]*here$/i)
  t.equal(await old, '')
  await closed
})

t.test('an app without connections closes at once', async t => {
  const { app } = await listening(t)
  const begun = performance.now()
  await app.close()
  t.ok(performance.now() - begun < 200)
})
