import database, { migrate } from '@latchkey/database'
import { databaseUrl, dialects } from '@latchkey/test-databases'
import Fastify from 'fastify'
import { sql, type Kysely } from 'kysely'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createServer as createSocketServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { TLSSocket } from 'node:tls'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { startServer } from '../dist-demo/running-server.js'

/** A server that fails to start exits, so that its supervisor notices, and says why without revealing a password. */
async function refused (t: Test, options: Parameters<typeof startServer>[0], message: RegExp): Promise<void> {
  const said = await startServer(options).then(async server => { await server.stop(); return 'it started' }, (error: Error) => error.message)
  t.match(said, /^The server exited with code 1 while starting:\n/)
  t.match(said, message)
  t.notMatch(said, /hunter2/)
}

/** The port on which this server listens. */
async function portOf (t: Test, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  t.teardown(() => { server.close() })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** The path of a file for TLS tests. */
function fixture (name: string): string {
  return fileURLToPath(new URL(`../../../packages/database/test/fixtures/tls/${name}`, import.meta.url))
}

/** PostgreSQL's message for a fatal error. */
function errorResponse (code: string, said: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C${code}\0M${said}\0\0`)
  const head = Buffer.from([0x45, 0, 0, 0, 0])
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}

t.test('a database that cannot be used stops the start with one line that says why and what to do', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-start-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'notes.txt'), 'no database, but long enough to be looked at as one. '.repeat(20))
  const failures: [string, string, RegExp][] = [
    ['a server that does not respond', 'postgres://latchkey:hunter2@127.0.0.1:1/latchkey', /Latchkey did not start: the database cannot be used \(connect ECONNREFUSED 127\.0\.0\.1:1\): start the database, or correct DATABASE_URL/],
    ['a folder', `sqlite:${folder}`, /\(EISDIR: illegal operation on a directory, open '[^']+'\): give the server write access to the folder and the file of DATABASE_URL/],
    ['a file that is not a database', `sqlite:${join(folder, 'notes.txt')}`, /\(file is not a database\): correct DATABASE_URL, or restore a backup/],
    ['a folder that cannot be created', 'sqlite:/proc/nowhere/latchkey.db', /\(ENOENT: no such file or directory, mkdir '\/proc\/nowhere'\): give the server write access to the folder and the file of DATABASE_URL, or correct DATABASE_URL/],
    ['a folder that is a file', `sqlite:${join(folder, 'notes.txt', 'latchkey.db')}`, /give the server write access to the folder and the file of DATABASE_URL/]
  ]
  for (const [what, DATABASE_URL, message] of failures) await t.test(what, async t => { await refused(t, { env: { DATABASE_URL } }, message) })

  await t.test('a server that accepts connections and sends nothing', async t => {
    const port = await portOf(t, createSocketServer(socket => { t.teardown(() => { socket.destroy() }) }))
    await refused(t, { env: { DATABASE_URL: `postgres://latchkey:hunter2@127.0.0.1:${port}/latchkey` } }, /Latchkey did not start: the database cannot be used \(.*timeout.*\): start the database, or correct DATABASE_URL/)
  })
  await t.test('a server that accepts connections and closes them', async t => {
    const port = await portOf(t, createSocketServer(socket => { socket.destroy() }))
    await refused(t, { env: { DATABASE_URL: `postgres://latchkey:hunter2@127.0.0.1:${port}/latchkey` } }, /Latchkey did not start: the database cannot be used \(.*\): start the database, or correct DATABASE_URL/)
  })
  const poolers: [string, string, string, RegExp][] = [
    ['a pooler in statement mode', '08P01', 'transaction blocks not allowed in statement pooling mode', /: set the pooler to session or transaction mode, or connect to PostgreSQL directly/],
    ['a pooler in transaction mode, where prepared statements collide', '42P05', 'prepared statement "latchkey_1" already exists', /: set DATABASE_PREPARED_STATEMENTS=false, because DATABASE_URL leads to a pooler in transaction mode/]
  ]
  for (const [what, code, said, remedy] of poolers) {
    await t.test(what, async t => {
      const port = await portOf(t, createSocketServer(socket => { socket.once('data', () => { socket.end(errorResponse(code, said)) }) }))
      await refused(t, { env: { DATABASE_URL: `postgres://latchkey:hunter2@127.0.0.1:${port}/latchkey` } }, new RegExp(`Latchkey did not start: the database cannot be used \\(${said}\\)${remedy.source}`))
    })
  }
  const localhost = (port: number, parameters: string) => `postgres://latchkey:hunter2@localhost:${port}/latchkey?${parameters}`
  await t.test('a server without TLS, although it is required', async t => {
    const port = await portOf(t, createSocketServer(socket => { socket.once('data', () => { socket.end('N') }) }))
    await refused(t, { env: { DATABASE_URL: localhost(port, 'sslmode=verify-full') } }, /\(The server does not support SSL connections\): turn on TLS at the database server, or remove sslmode from DATABASE_URL/)
  })
  await t.test('a server that requires TLS', async t => {
    const said = 'no pg_hba.conf entry for host "127.0.0.1", user "latchkey", database "latchkey", no encryption'
    const port = await portOf(t, createSocketServer(socket => { socket.once('data', () => { socket.end(errorResponse('28000', said)) }) }))
    await refused(t, { env: { DATABASE_URL: localhost(port, '') } }, /, no encryption\): add sslmode=verify-full to DATABASE_URL, or allow the connection in pg_hba\.conf/)
  })
  await t.test('a certificate of the CA that does not exist', async t => {
    await refused(t, { env: { DATABASE_URL: localhost(1, 'sslmode=verify-full&sslrootcert=/nowhere/ca.crt') } }, /Latchkey did not start: The file of sslrootcert in the database URL cannot be read \(ENOENT: .*'\/nowhere\/ca\.crt'\): correct its path, or let this process read it/)
  })
  const certificates: [string, string, string, RegExp][] = [
    ['by an unknown CA', 'localhost', '', /\(unable to verify the first certificate\): give DATABASE_URL the CA of the database server's certificate, with sslmode=verify-full&sslrootcert=<file>/],
    ['that has expired', 'expired', `&sslrootcert=${fixture('expired.crt')}`, /\(certificate has expired\): renew the database server's certificate, or correct the clock of this machine/],
    ['for another host', 'elsewhere.example', `&sslrootcert=${fixture('ca.crt')}`, /\(Hostname\/IP does not match .*\): use a host in DATABASE_URL that the database server's certificate names/]
  ]
  for (const [what, name, parameters, remedy] of certificates) {
    await t.test(`a server with a certificate ${what}`, async t => {
      const certificate = { cert: await readFile(fixture(`${name}.crt`)), key: await readFile(fixture('server.key')) }
      const port = await portOf(t, createSocketServer(socket => {
        socket.on('error', () => {})
        socket.once('data', () => {
          socket.write('S')
          new TLSSocket(socket, { isServer: true, ...certificate }).on('error', () => {})
        })
      }))
      await refused(t, { env: { DATABASE_URL: localhost(port, `sslmode=verify-full${parameters}`) } }, remedy)
    })
  }
  await t.test('a server that is read-only, as a standby', async t => {
    const DATABASE_URL = await databaseUrl(t, 'postgres')
    const app = Fastify()
    await app.register(database, { url: DATABASE_URL })
    await sql`alter database ${sql.id(new URL(DATABASE_URL).pathname.slice(1))} set default_transaction_read_only to on`.execute(app.db)
    await app.close()
    await refused(t, { env: { DATABASE_URL } }, /\(cannot execute CREATE TABLE in a read-only transaction\): give DATABASE_URL the address of the primary server/)
  })
  const there = new URL(await databaseUrl(t, 'postgres'))
  there.pathname = '/nowhere'
  await t.test('a name that the server does not know', async t => { await refused(t, { env: { DATABASE_URL: there.href } }, /database "nowhere" does not exist\): correct the user, the password or the database name in DATABASE_URL/) })
})

for (const dialect of dialects) {
  t.test(`${dialect}: a port that is taken stops the start, and is named`, async t => {
    const port = await portOf(t, createServer((_request, response) => { response.writeHead(404).end() }))
    await refused(t, { port, env: { DATABASE_URL: await databaseUrl(t, dialect) } }, new RegExp(`it cannot listen on 127\\.0\\.0\\.1, port ${port} .*EADDRINUSE.*: stop the process that listens there, or set PORT`))
  })
}

t.test('a mistake in the configuration is reported with its own message', async t => {
  await refused(t, { env: { LATCHKEY_SECRET_KEY: 'hunter2' } }, /Latchkey did not start: LATCHKEY_SECRET_KEY must have 32 characters or more/)
  await refused(t, { config: { profiles: [{ id: 'p', name: 'P', type: 'openid', issuer: 'https://id.example.com' }] } }, /Latchkey did not start: .*clientId/)
})

t.test('a start that waits for the migrations of another instance continues when they are done, however long they take', async t => {
  const DATABASE_URL = await databaseUrl(t, 'postgres')
  const other = Fastify()
  t.teardown(() => other.close())
  await other.register(database, { url: DATABASE_URL })
  let done = false
  const slow = async (db: Kysely<unknown>) => {
    const waiting = sql`select from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`
    while ((await waiting.execute(db)).rows.length === 0) await wait(100)
    // Longer than Fastify gives a plugin.
    await wait(11_000)
    done = true
  }
  const migrated = migrate(other.db, 'slow', { '001-slow': { up: slow } })
  const server = await startServer({ env: { DATABASE_URL } })
  t.ok(done)
  await migrated
  t.equal(await server.stop(), 0)
})
