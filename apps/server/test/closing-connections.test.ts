import Fastify, { type FastifyInstance } from 'fastify'
import { once } from 'node:events'
import { readFile } from 'node:fs'
import { connect, type AddressInfo, type Socket } from 'node:net'
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

async function allOf (socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', (chunk: Buffer) => { text += chunk.toString() })
  await once(socket, 'close')
  return text
}

/** The event loop stands still, as it does in a busy process. */
function block (ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

t.test('a request that arrives on an idle connection while the process is busy at the end of closing is answered', async t => {
  const { app, client } = await listening(t)
  const socket = client()
  const all = allOf(socket)
  socket.write(request)
  await once(socket, 'data')
  const closed = app.close()
  await new Promise(resolve => setTimeout(resolve, 150))
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

t.test('an app without connections closes at once', async t => {
  const { app } = await listening(t)
  const begun = performance.now()
  await app.close()
  t.ok(performance.now() - begun < 200)
})
