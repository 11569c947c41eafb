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
  app.post<{ Body: string }>('/', async ({ body }) => `${body.length} characters`)
  app.get('/slow', async () => { await wait(LONG_MS); return 'slow' })
  app.get('/large', async () => Buffer.alloc(LARGE))
  await app.listen({ port: 0, host: '127.0.0.1' })
  t.teardown(() => app.close())
  return { app, client: () => connect((app.server.address() as AddressInfo).port, '127.0.0.1') }
}

/** Everything received on a connection until it closes, followed by the error if it was cut off. */
async function allOf (socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', (chunk: Buffer) => { text += chunk.toString() })
  socket.on('error', error => { text += ` [${error.message}]` })
  await new Promise(resolve => { socket.once('close', resolve) })
  return text
}

/** More bytes than the system buffers for a connection. */
const LARGE = 30_000_000

/** How long after closing has begun requests are certainly accepted, on idle connections too. */
const TAKEN_MS = 240

interface Closing {
  readonly app: FastifyInstance
  readonly client: () => Socket
  /** A connection that was idle when closing began; `all` is what it receives. */
  readonly socket: Socket
  readonly all: Promise<string>
  readonly closed: Promise<undefined>
  /** Whether too much time has passed, because the machine was busy with something else. */
  readonly isLate: () => boolean
}

/**
 * Runs `act` while an app has been closing for a while. If the machine was too slow for that, tries again with a new app.
 *
 * @param act returns `undefined` if it ran too late
 * @param options.hasAsked whether the idle connection had a request before
 */
async function whileClosing<Result> (t: Test, act: (closing: Closing) => Promise<Result | undefined>, { hasAsked = true } = {}): Promise<Result> {
  for (;;) {
    const { app, client } = await listening(t)
    const socket = client()
    const [all, taken] = [allOf(socket), once(app.server, 'connection')]
    if (hasAsked) {
      socket.write(request)
      await once(socket, 'data')
    }
    await taken
    const begun = performance.now()
    const closed = app.close()
    await wait(150)
    const result = await act({ app, client, socket, all, closed, isLate: () => performance.now() - begun > TAKEN_MS })
    await closed
    if (result !== undefined) return result
  }
}

/** Runs `act` in the poll phase of the event loop, among arriving data, with timers and further data to follow; unless it is too late. */
async function amongArrivals<Result> ({ isLate }: Closing, act: () => Result): Promise<Result | undefined> {
  return await new Promise(resolve => { readFile(import.meta.filename, () => { resolve(isLate() ? undefined : act()) }) })
}

/** Blocks the event loop, as in a busy process. */
function block (ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

t.test('a request that arrives on an idle connection while the process is busy at the end of closing is answered', async t => {
  const answered = await whileClosing(t, async closing => {
    const sent = await amongArrivals(closing, () => {
      closing.socket.write(request)
      block(300)
      return true
    })
    return sent && await closing.all
  })
  t.match(answered, /here[^]*connection: close[^]*here$/i)
})

t.test('a request on a connection that only the system has accepted is answered', async t => {
  const { app, client } = await listening(t)
  const socket = client()
  socket.write(request)
  const all = allOf(socket)
  await new Promise<void>(resolve => { process.nextTick(resolve) })
  block(20)
  await app.close()
  t.match(await all, /connection: close[^]*here$/i)
})

t.test('requests on many connections that the system accepted while the process was busy at the end of closing are answered, though Node accepts one per turn', async t => {
  const answers = await whileClosing(t, async closing => {
    const late = await amongArrivals(closing, () => {
      const sockets = Array.from({ length: 10 }, closing.client)
      for (const socket of sockets) socket.write(request)
      const answers = sockets.map(allOf)
      block(300)
      return answers
    })
    return late && await Promise.all([closing.all, ...late])
  }, { hasAsked: false })
  const [first, ...late] = answers
  t.equal(late.length, 10)
  for (const answer of late) t.match(answer, /connection: close[^]*here$/i)
  t.equal(first, '', 'a connection without a request is closed')
})

t.test('a request that arrives while the process is busy just before it closes idle connections is answered', async t => {
  const answered = await whileClosing(t, async closing => {
    const sent = await amongArrivals(closing, () => {
      // The callback runs when the quarter of a second is over, and takes long.
      stat(import.meta.filename, () => {
        closing.socket.write(request)
        block(50)
      })
      block(300)
      return true
    })
    return sent && await closing.all
  })
  t.match(answered, /here[^]*connection: close[^]*here$/i)
})

t.test('a connection opened at the end of closing has as long as all others to send a request', async t => {
  for (;;) {
    const { app, client } = await listening(t)
    const old = allOf(client())
    await once(app.server, 'connection')
    const closed = app.close()
    await wait(200)
    const socket = client()
    const [all, isTaken] = [allOf(socket), await once(socket, 'connect').then(() => true, () => false)]
    const begun = performance.now()
    await wait(180)
    const isLate = !isTaken || performance.now() - begun > TAKEN_MS
    if (!isLate) socket.write(request)
    const answered = await all
    await closed
    // The machine was too slow.
    if (isLate) continue
    t.match(answered, /connection: close[^]*here$/i)
    t.equal(await old, '')
    return
  }
})

/** Longer than the rest of a request is waited for. */
const LONG_MS = 3000

const halves: [string, string][] = [
  ['whose head has not come to its end', 'GET / HTTP/1.1\r\nHost: loc'],
  ['whose body has not come', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\n'],
  ['whose body has not come to its end', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\nhalf'],
  ['that follows another one, and whose head has not come to its end', `${request}GET / HTTP/1.1\r\nHost: loc`]
]
for (const [what, half] of halves) {
  t.test(`closing does not wait for a request ${what}, and answers 408`, async t => {
    const { app, client } = await listening(t)
    const socket = client()
    const all = allOf(socket)
    socket.write(half)
    await once(app.server, 'connection')
    await wait(100)
    const begun = performance.now()
    await app.close()
    const ms = performance.now() - begun
    t.match(await all, /HTTP\/1\.1 408 Request Timeout/)
    // Node would wait for five minutes.
    t.ok(ms > 2000 && ms < 60_000, `after ${Math.round(ms)} ms`)
  })
}

t.test('a request that goes on coming, however slowly, is waited for', async t => {
  const { app, client } = await listening(t)
  const socket = client()
  const all = allOf(socket)
  socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\n')
  await once(app.server, 'request')
  const closed = app.close()
  for (let sent = 0; sent < 10; sent++) {
    await wait(LONG_MS / 10)
    socket.write('x')
  }
  await closed
  t.match(await all, /^HTTP\/1\.1 200 OK[^]*10 characters$/)
})

t.test('a request that is being answered is waited for, whether its body is read or not', async t => {
  const { app, client } = await listening(t)
  const answers = ['', 'Content-Length: 10\r\n\r\nhalf'].map(rest => {
    const socket = client()
    socket.write(`GET /slow HTTP/1.1\r\nHost: localhost\r\n${rest || '\r\n'}`)
    return allOf(socket)
  })
  await wait(500)
  await app.close()
  for (const answer of await Promise.all(answers)) t.match(answer, /^HTTP\/1\.1 200 OK[^]*slow$/)
})

t.test('a response that a slow client is still receiving is not cut off', async t => {
  const { app, client } = await listening(t)
  const sockets = ['', 'Connection: close\r\n'].map(header => client().on('connect', function (this: Socket) { this.write(`GET /large HTTP/1.1\r\nHost: localhost\r\n${header}\r\n`) }))
  await Promise.all(sockets.map(async socket => { await once(socket, 'readable') }))
  const closed = app.close()
  await wait(1000)
  for (const all of await Promise.all(sockets.map(allOf))) t.ok(all.length > LARGE, `${all.length} bytes`)
  await closed
})

t.test('a connection that speaks another protocol by now is left to who has taken it', async t => {
  const { app, client } = await listening(t)
  const upgraded = new Promise<Socket>(resolve => { app.server.once('upgrade', (_request, socket: Socket) => { resolve(socket) }) })
  const all = allOf(client().setNoDelay().on('connect', function (this: Socket) { this.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: talk\r\n\r\n') }))
  const socket = await upgraded
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: talk\r\n\r\n')
  const closed = app.close()
  await wait(LONG_MS)
  socket.end('bye')
  await closed
  t.match(await all, /101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: talk\r\n\r\nbye$/)
})

t.test('an app without connections closes at once', async t => {
  // A busy machine may need several tries.
  let soonest = Infinity
  for (let tries = 1; tries <= 5 && soonest >= 200; tries++) {
    const { app } = await listening(t)
    const begun = performance.now()
    await app.close()
    soonest = Math.min(soonest, performance.now() - begun)
  }
  t.ok(soonest < 200)
})
