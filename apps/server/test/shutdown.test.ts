import database from '@latchkey/database'
import { databaseUrl, dialects } from '@latchkey/test-databases'
import Fastify from 'fastify'
import { sql } from 'kysely'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { Agent, request, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { text as readText } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { freePort, type RunningServer } from '../dist-demo/running-server.js'
import { graphql, serverUnderTest } from './helpers/server-under-test.js'

const body = JSON.stringify({ query: '{ __typename }' })
const headers = { 'content-type': 'application/json' }

async function connected (server: RunningServer): Promise<Socket> {
  const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1' })
  await once(socket, 'connect')
  return socket
}

/** Sends the head of a request. With `100 Continue` the server says that it has begun the request and waits for the rest. */
async function begin (socket: Socket): Promise<void> {
  const going = once(socket, 'data')
  socket.write(`POST /graphql HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`)
  const [answer] = await going as [Buffer]
  if (!answer.toString().startsWith('HTTP/1.1 100 Continue')) throw new Error(answer.toString())
}

/** Waits until a server that was sent SIGTERM accepts no more connections. */
async function untilClosing (server: RunningServer): Promise<void> {
  while (await connected(server).then(socket => { socket.destroy(); return true }, () => false)) await wait(50)
}

/** Sends SIGTERM. @returns the exit code, and how many milliseconds the server took */
async function terminate ({ process }: RunningServer): Promise<{ code: unknown, ms: number }> {
  const ended = once(process, 'exit')
  const begun = performance.now()
  process.kill('SIGTERM')
  const [code] = await ended
  return { code, ms: performance.now() - begun }
}

t.test('SIGTERM lets a request in progress finish, tells its client that the connection closes, then ends the process with code 0', async t => {
  const { server } = await serverUnderTest(t, 'sqlite')
  const socket = await connected(server)
  await begin(socket)
  let answer = ''
  socket.on('data', chunk => { answer += chunk })
  const closed = once(socket, 'close')

  const ended = terminate(server)
  await untilClosing(server)
  await wait(600)
  t.equal(server.process.exitCode, null, 'it waits')
  socket.write(body)
  await closed
  t.match(answer, 'HTTP/1.1 200 OK')
  t.match(answer, /^connection: close\r$/im)
  t.match(answer, '{"data":{"__typename":"Query"}}')
  t.match(await ended, { code: 0 })
})

/** How long after the signal requests are still accepted: a little less than the server's time, since two clocks measure it. */
const TAKEN_MS = 240

interface Answer {
  readonly status: number | undefined
  readonly text: string
  readonly isLast: boolean
}

/** Sends a request on the one connection of an agent. @throws with `sentAt`, the time at which the request was completely handed to the system */
async function ask (agent: Agent, url: string, send: string): Promise<Answer> {
  let sentAt: number | undefined
  try {
    const asking = request(`${url}/graphql`, { agent, method: 'POST', headers: { ...headers, 'content-length': send.length } })
    asking.once('finish', () => { sentAt = performance.now() })
    asking.end(send)
    const [response] = await once(asking, 'response') as [IncomingMessage]
    return { status: response.statusCode, text: await readText(response), isLast: response.headers.connection === 'close' }
  } catch (error) {
    throw Object.assign(error as Error, { sentAt: sentAt ?? performance.now() })
  }
}

/** Runs twenty clients that send one request after another, each on its own connection, until they are told that it closes. */
async function underLoad (t: Test, { server }: { server: RunningServer }, send: string, expected: string): Promise<void> {
  const failures: string[] = []
  const count = { answered: 0, told: 0, late: 0 }
  let signalledAt = Infinity
  const client = async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    t.teardown(() => { agent.destroy() })
    while (true) {
      try {
        const { status, text, isLast } = await ask(agent, server.url, send)
        if (status === 200 && text === expected) count.answered++
        else failures.push(`status ${status}: ${text}`)
        if (isLast) {
          count.told++
          return
        }
      } catch (error) {
        const { sentAt, message } = error as Error & { sentAt: number }
        // On a busy machine a client may pause for longer. A client that sends nothing cannot be told.
        if (sentAt - signalledAt > TAKEN_MS) count.late++
        else failures.push(`${message}, sent ${sentAt - signalledAt} ms after the signal`)
        return
      }
    }
  }
  const clients = Promise.all(Array.from({ length: 20 }, client))
  while (count.answered < 100 && failures.length === 0) await new Promise(resolve => setTimeout(resolve, 10))
  signalledAt = performance.now()
  t.match(await terminate(server), { code: 0 })
  await clients
  t.strictSame(failures, [])
  t.equal(count.told + count.late, 20)
}

const modes: [string, 'sqlite' | 'postgres', Record<string, string>][] = [
  ['SQLite', 'sqlite', {}],
  ['PostgreSQL', 'postgres', {}],
  ['in production, with a log line for each request', 'sqlite', { NODE_ENV: 'production', LATCHKEY_SECRET_KEY: 'a'.repeat(32), LOG_LEVEL: 'info' }]
]
for (const [mode, dialect, env] of modes) {
  t.test(`${mode}: SIGTERM under load cuts off no request sent within a quarter of a second: each is answered, and each client is told that the connection closes`, async t => {
    await underLoad(t, await serverUnderTest(t, dialect, env), body, '{"data":{"__typename":"Query"}}')
  })
}

t.test('SIGTERM under load answers lists of requests too', async t => {
  await underLoad(t, await serverUnderTest(t, 'sqlite'), `[${body},${body}]`, '[{"data":{"__typename":"Query"}},{"data":{"__typename":"Query"}}]')
})

t.test('SIGTERM does not wait for connections that are not in use', async t => {
  const { server } = await serverUnderTest(t, 'sqlite')
  const idle = await connected(server)
  const answered = once(idle, 'data')
  idle.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await answered
  const unused = await connected(server)
  const closed = Promise.all([once(idle, 'close'), once(unused, 'close')])
  const { code, ms } = await terminate(server)
  await closed
  t.equal(code, 0)
  // If it waited, it would take ten seconds.
  t.ok(ms < 9000, `after ${ms} ms`)
})

t.test('SIGTERM waits two seconds for the remainder of a request, answers 408, and ends in order', async t => {
  const { server } = await serverUnderTest(t, 'sqlite')
  const socket = await connected(server)
  await begin(socket)
  const answer = readText(socket)
  const { code, ms } = await terminate(server)
  t.equal(code, 0)
  t.match(await answer, /^HTTP\/1\.1 408 Request Timeout\r\n[^]*"code":"ValidationError"/)
  // Where it waited for the request, it would be cut off after ten seconds.
  t.ok(ms < 9000, `after ${ms} ms`)
})

t.test('SIGTERM waits for ten seconds, and no longer, for a request that is being answered', async t => {
  const url = await databaseUrl(t, 'postgres')
  const { server, issuer } = await serverUnderTest(t, 'postgres', { DATABASE_URL: url })
  const locking = Fastify()
  t.teardown(() => locking.close())
  await locking.register(database, { url })
  const token = await issuer.idToken({ subject: 'jane', email: 'jane@example.com' })
  const { code, ms } = await locking.db.transaction().execute(async transaction => {
    await sql`lock table latchkey_users in access exclusive mode`.execute(transaction)
    const asking = graphql(server, '{ user { id } }', token).then(() => 'answered', () => 'cut off')
    const waits = sql`select from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())`
    while ((await waits.execute(transaction)).rows.length === 0) await wait(50)
    const ended = await terminate(server)
    t.equal(await asking, 'cut off')
    return ended
  })
  t.equal(code, 1)
  // If it waited for the response, it would take half a minute.
  t.ok(ms > 9000 && ms < 25_000, `after ${ms} ms`)
})

for (const dialect of dialects) {
  t.test(`${dialect}: SIGTERM during the start ends the process with code 0 before it listens`, async t => {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-starting-'))
    t.teardown(() => rm(folder, { recursive: true }))
    // The server waits for its configuration, which comes through a pipe.
    const config = join(folder, 'config.json')
    await promisify(execFile)('mkfifo', [config])
    const child = spawn(process.execPath, [fileURLToPath(new URL('../dist-bundle/server.js', import.meta.url))], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, PORT: String(await freePort()), LATCHKEY_CONFIG: config, DATABASE_URL: await databaseUrl(t, dialect) }
    })
    t.teardown(() => child.kill('SIGKILL'))
    const [output, ended] = [Promise.all([readText(child.stdout), readText(child.stderr)]), once(child, 'exit')]
    const pipe = await open(config, 'w')
    // Loading the whole app takes a while, and the first process of a container ignores signals until it handles them.
    if (process.platform === 'linux') t.notMatch(await readFile(`/proc/${child.pid}/maps`, 'utf8'), 'argon2', 'it handles the signal before the app is loaded')
    child.kill('SIGTERM')
    await new Promise(resolve => setTimeout(resolve, 100))
    t.equal(child.exitCode, null, 'it does not abandon the start halfway')
    await pipe.writeFile('{}')
    await pipe.close()
    t.strictSame(await ended, [0, null])
    t.notMatch((await output).join(''), /listening|GraphQL|did not start/)
  })
}
