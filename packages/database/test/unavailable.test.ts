import { databaseUrl, dialects, openLink, startPostgres } from '@latchkey/test-databases'
import Sqlite from 'better-sqlite3'
import Fastify from 'fastify'
import { sql, type Kysely } from 'kysely'
import t, { type Test } from 'tap'
import database, { isUnavailable, type DatabaseOptions } from '../dist/index.js'

async function open (t: Test, options: DatabaseOptions): Promise<Kysely<Record<string, Record<string, unknown>>>> {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(database, options)
  return app.db as unknown as Kysely<Record<string, Record<string, unknown>>>
}

const errorOf = async (work: Promise<unknown>): Promise<unknown> => await work.then(() => undefined, error => error)

t.test('isUnavailable: a PostgreSQL server that is down, closes the connection, has none left, or does not answer', async t => {
  const postgres = await startPostgres()
  t.teardown(() => postgres.stop())
  const link = await openLink(postgres.url, '')
  t.teardown(() => link.close())
  const db = await open(t, { url: link.url, maxConnections: 1, connectionTimeoutMs: 2000, answerTimeoutMs: 1000 })
  const ask = async () => await errorOf(sql`select 1`.execute(db))
  t.equal(await ask(), undefined)
  t.ok(isUnavailable(await errorOf(sql`select pg_terminate_backend(pg_backend_pid())`.execute(db))), 'terminated')
  t.ok(isUnavailable(await errorOf(sql`select pg_sleep(5)`.execute(db))), 'no answer')
  await db.connection().execute(async connection => {
    await sql`select 1`.execute(connection)
    t.ok(isUnavailable(await ask()), 'no connection in time')
    link.cut()
    t.ok(isUnavailable(await errorOf(sql`select 1`.execute(connection))), 'cut')
    t.ok(isUnavailable(await errorOf(sql`select 1`.execute(connection))), 'and used again')
  })
  link.refuse(true)
  t.ok(isUnavailable(await ask()), 'closed as soon as it is opened')
  link.refuse(false)
  await postgres.pause()
  t.ok(isUnavailable(await ask()), 'away')
  await postgres.resume()
  t.equal(await ask(), undefined)
})

t.test('an SQLite file that another process holds may do the same in a moment', async t => {
  const url = await databaseUrl(t, 'sqlite')
  const db = await open(t, { url, busyTimeoutMs: 0 })
  await sql`create table things (id text primary key)`.execute(db)
  const other = new Sqlite(url.slice('sqlite:'.length))
  t.teardown(() => other.close())
  other.exec('begin immediate')
  t.ok(isUnavailable(await errorOf(sql`insert into things values ('a')`.execute(db))))
  other.exec('rollback')
})

for (const dialect of dialects) {
  t.test(`${dialect}: what is wrong with a statement stays so`, async t => {
    const db = await open(t, { url: await databaseUrl(t, dialect) })
    await sql`create table things (id text primary key)`.execute(db)
    await sql`insert into things values ('a')`.execute(db)
    t.notOk(isUnavailable(await errorOf(sql`insert into things values ('a')`.execute(db))))
    t.notOk(isUnavailable(await errorOf(sql`select nothing`.execute(db))))
  })
}

t.test('of several addresses none may answer; and what is no error of a database is none', t => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  t.ok(isUnavailable(new AggregateError([refused, refused])))
  t.notOk(isUnavailable(new AggregateError([refused, new Error('other')])))
  for (const other of [undefined, null, 'ECONNREFUSED', new Error('no such thing'), Object.assign(new Error('x'), { code: 'EACCES' }), new AggregateError([])]) t.notOk(isUnavailable(other))
  t.end()
})
