import { startPostgres } from '@latchkey/test-databases'
import Fastify, { type FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import { chmod, chown, copyFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import pg from 'pg'
import t, { type Test } from 'tap'
import database, { seenChanges, tellOfChanges } from '../dist/index.js'

declare module '../dist/index.js' {
  interface Tables { watched: { id: string } }
}

const fixture = (name: string) => fileURLToPath(new URL(`../test/fixtures/tls/${name}`, import.meta.url))

t.test('PostgreSQL over TLS', async t => {
  const server = await startPostgres()
  t.teardown(() => server.stop())
  const url = (parameters: Record<string, string>, host = 'localhost') => {
    const by = new URL(server.url)
    by.hostname = host
    for (const [name, value] of Object.entries(parameters)) by.searchParams.set(name, value)
    return by.href
  }
  const verified = url({ sslmode: 'verify-full', sslrootcert: fixture('ca.crt') })
  const open = async (t: Test, url: string, options = {}): Promise<FastifyInstance> => {
    const app = Fastify()
    t.teardown(() => app.close())
    await app.register(database, { url, ...options })
    return app
  }
  await present(server.url, 'localhost')

  await t.test('verify-full, the listening connection and the request to cancel a statement use it', async t => {
    const app = await open(t, verified, { answerTimeoutMs: 1000 })
    await app.db.schema.createTable('watched').addColumn('id', 'text').execute()
    await tellOfChanges(app.db, ['watched'])
    const seen = seenChanges(app.db, ['watched'])
    for (let i = 0; i < 200 && seen?.ofOthers !== true; i++) {
      t.type(seen?.count, 'number')
      await wait(50)
    }
    t.equal(seen?.ofOthers, true)
    const { rows } = await sql<{ name: string, ssl: boolean }>`select application_name as name, ssl from pg_stat_ssl join pg_stat_activity using (pid) where backend_type = 'client backend'`.execute(app.db)
    t.ok(rows.some(({ name }) => name === 'latchkey changes'))
    t.strictSame(rows.filter(({ ssl }) => !ssl), [])

    await t.rejects(sql`select pg_sleep(60)`.execute(app.db), { code: 'DATABASE_ERR_NO_ANSWER' })
    const running = sql`select from pg_stat_activity where query like '%pg_sleep(60)%' and state = 'active' and pid <> pg_backend_pid()`
    for (let i = 0; i < 100 && (await running.execute(app.db)).rows.length > 0; i++) await wait(50)
    t.equal((await running.execute(app.db)).rows.length, 0)
  })

  await t.test('without sslmode the connection is not encrypted, although the server has TLS', async t => {
    t.strictSame(await isEncrypted(await open(t, url({}))), [{ ssl: false }])
  })

  await t.test('no-verify encrypts, and accepts any certificate', async t => {
    t.strictSame(await isEncrypted(await open(t, url({ sslmode: 'no-verify' }))), [{ ssl: true }])
  })

  const refusals: [string, Record<string, string>, string, string][] = [
    ['another CA', { sslmode: 'verify-full', sslrootcert: fixture('other-ca.crt') }, 'localhost', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['a CA that the system does not know', { sslmode: 'verify-full' }, 'localhost', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['require, which verifies too', { sslmode: 'require' }, 'localhost', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['an address that the certificate does not name', { sslmode: 'verify-full', sslrootcert: fixture('ca.crt') }, '127.0.0.1', 'ERR_TLS_CERT_ALTNAME_INVALID']
  ]
  for (const [what, parameters, host, code] of refusals) {
    await t.test(`refused: ${what}`, async t => {
      const app = await open(t, url(parameters, host))
      const error = await sql`select 1`.execute(app.db).then(() => null, (error: Error) => error)
      t.match(error, { code })
      t.notMatch(inspect(error), /latchkey:latchkey/)
    })
  }

  await t.test('a file that cannot be read is named when the app starts, with the remedy', async t => {
    for (const parameter of ['sslrootcert', 'sslcert', 'sslkey']) {
      for (const [path, said] of [['/nowhere/ca.crt', 'ENOENT'], [fixture('.'), 'EISDIR']] as const) {
        const error = await open(t, url({ sslmode: 'verify-full', [parameter]: path })).then(() => null, (error: Error) => error)
        t.match(error, {
          code: 'DATABASE_ERR_TLS_FILE_UNREADABLE',
          message: new RegExp(`^The file of ${parameter} in the database URL cannot be read \\(${said}: .*\\): correct its path, or let this process read it$`),
          cause: { code: said }
        })
        t.notMatch(inspect(error), /latchkey:latchkey/)
      }
    }
  })

  await t.test('a file that is replaced is used by the next connection', async t => {
    const renewed = join(t.testdir({}), 'ca.crt')
    await copyFile(fixture('other-ca.crt'), renewed)
    const app = await open(t, url({ sslmode: 'verify-full', sslrootcert: renewed }))
    await t.rejects(sql`select 1`.execute(app.db), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
    await copyFile(fixture('ca.crt'), renewed)
    t.strictSame(await isEncrypted(app), [{ ssl: true }])
  })

  await t.test('refused: a certificate that has expired', async t => {
    await present(server.url, 'expired')
    await t.rejects(sql`select 1`.execute((await open(t, url({ sslmode: 'verify-full', sslrootcert: fixture('expired.crt') }))).db), { code: 'CERT_HAS_EXPIRED' })
  })

  await t.test('refused: a certificate for another host', async t => {
    await present(server.url, 'elsewhere.example')
    await t.rejects(sql`select 1`.execute((await open(t, verified)).db), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  })
})

async function isEncrypted ({ db }: FastifyInstance): Promise<unknown> {
  return (await sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`.execute(db)).rows
}

/** Makes the server use the certificate for this host name. */
async function present (url: string, name: string): Promise<void> {
  const folder = (await ask<{ data_directory: string }>(url, 'show data_directory')).data_directory
  const { uid, gid } = await stat(folder)
  for (const [from, to] of [[`${name}.crt`, 'server.crt'], ['server.key', 'server.key']] as const) {
    await copyFile(fixture(from), join(folder, to))
    await chown(join(folder, to), uid, gid)
    await chmod(join(folder, to), 0o600)
  }
  const loadedAt = async () => (await ask<{ at: string }>(url, 'select pg_conf_load_time()::text as at')).at
  const before = await loadedAt()
  await ask(url, 'alter system set ssl = on')
  await ask(url, 'select pg_reload_conf()')
  // Sessions that begin before the server has reloaded use the old certificate.
  while (await loadedAt() === before) await wait(20)
}

async function ask<Row> (url: string, statement: string): Promise<Row> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query(statement)).rows[0] as Row
  } finally {
    await client.end()
  }
}
