import { databaseUrl, openLink } from '@latchkey/test-databases'
import Fastify from 'fastify'
import { sql, type Kysely } from 'kysely'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import t, { type Test } from 'tap'
import database, { createRefresh, migrate, type DatabaseOptions } from '../dist/index.js'

type Db = Kysely<Record<string, Record<string, unknown>>>

/** An app whose connections lead over a link that can go silent. */
async function setUp (t: Test, options: DatabaseOptions = {}) {
  const teardowns: (() => unknown)[] = []
  t.teardown(async () => { for (const teardown of teardowns.reverse()) await teardown() })
  const url = await databaseUrl({ teardown: remove => teardowns.push(remove) }, 'postgres')
  const link = await openLink(url, 'pool')
  const app = Fastify()
  teardowns.push(() => app.close())
  // Before the app, which would wait for the answers.
  teardowns.push(() => link.close())
  await app.register(database, { url: `${link.url}?application_name=pool`, ...options })
  await sql`create table numbers (n int)`.execute(app.db)
  await sql`insert into numbers values (1)`.execute(app.db)
  const db = app.db as unknown as Db
  return {
    db,
    link,
    /** Past the link. */
    url,
    read: async () => (await db.selectFrom('numbers').select('n').executeTakeFirstOrThrow()).n,
    /** All connections that are open go silent, without an end; new ones work. */
    silence: async () => {
      await Promise.all([1, 2, 3].map(async () => await sql`select pg_sleep(0.1)`.execute(db)))
      link.freeze()
      link.thaw()
    }
  }
}

const noAnswer = { code: 'DATABASE_ERR_NO_ANSWER', statusCode: 500, message: /^The database has not answered within 500 ms, so its connection was closed\. .* raise the option answerTimeoutMs \(in the reference app, the variable DATABASE_ANSWER_TIMEOUT_MS\)$/ }

t.test('when all connections have gone silent, what is asked by them fails in time, and the next statements have new ones', async t => {
  const { read, silence } = await setUp(t, { maxConnections: 3, answerTimeoutMs: 500 })
  await silence()
  const asked = await Promise.allSettled([read(), read(), read()])
  for (const result of asked) t.match(result, { status: 'rejected', reason: noAnswer })
  t.strictSame(await Promise.all([read(), read(), read(), read()]), [1, 1, 1, 1])
})

t.test('a transaction whose connection goes silent says the same, whatever it does, and its connection is not used again', async t => {
  const { db, link, read } = await setUp(t, { maxConnections: 1, answerTimeoutMs: 500 })
  await t.rejects(db.transaction().execute(async transaction => {
    await transaction.insertInto('numbers').values({ n: 2 }).execute()
    link.freeze()
    link.thaw()
    await Promise.all([2, 3].map(async n => { await transaction.updateTable('numbers').set({ n }).execute() }))
  }), noAnswer)
  t.equal(await read(), 1)
  t.equal(link.begun, 2)
})

t.test('PostgreSQL ends a silent transaction after the same time, and frees its locks', async t => {
  const { db, link } = await setUp(t, { maxConnections: 2, answerTimeoutMs: 1000 })
  for (const begin of [() => db.transaction(), () => db.transaction().setIsolationLevel('repeatable read')]) {
    await t.rejects(begin().execute(async transaction => {
      await transaction.updateTable('numbers').set({ n: 2 }).execute()
      link.freeze()
      link.thaw()
      // Nothing comes through to the server, which so knows nothing of the end.
      throw new Error('The app gives up')
    }))
    await wait(200)
    await db.updateTable('numbers').set({ n: 3 }).execute()
  }
})

t.test('a transaction may take its time between its statements, as long as that is less', async t => {
  const { db, read } = await setUp(t, { maxConnections: 1, answerTimeoutMs: 1000 })
  await db.transaction().execute(async transaction => {
    for (const n of [2, 3, 4]) {
      await transaction.updateTable('numbers').set({ n }).execute()
      await wait(500)
    }
  })
  t.equal(await read(), 4)
  // What holds for a transaction is over with it.
  await wait(1500)
  t.equal(await read(), 4)
})

t.test('a statement that the server works at for too long fails too; one that comes in time does not, nor does a connection that was idle for longer', async t => {
  const { db, link, read } = await setUp(t, { maxConnections: 1, answerTimeoutMs: 500 })
  for (let round = 0; round < 3; round++) await sql`select pg_sleep(0.3)`.execute(db)
  await t.rejects(sql`select nothing`.execute(db), { code: '42703' })
  await wait(700)
  t.equal(await read(), 1)
  t.equal(link.begun, 1)
  await t.rejects(sql`select pg_sleep(1)`.execute(db), noAnswer)
  t.equal(await read(), 1)
})

t.test('an answer that has started may take any time, and each statement has its own deadline', async t => {
  const { db, link } = await setUp(t, { maxConnections: 1, answerTimeoutMs: 500 })
  const { rows } = await sql`select repeat('x', 20000) as text, pg_sleep(0.2) from generate_series(1, 8)`.execute(db)
  t.equal(rows.length, 8)
  await db.transaction().execute(async transaction => { await Promise.all([1, 2, 3].map(async () => await sql`select pg_sleep(0.3)`.execute(transaction))) })
  t.equal(link.begun, 1)
})

t.test('a statement that times out waiting for a lock is also cancelled on the server: it uses no connection, and does not run later', async t => {
  const { db, read, url } = await setUp(t, { maxConnections: 3, answerTimeoutMs: 500 })
  const locking = new pg.Client({ connectionString: url })
  await locking.connect()
  t.teardown(() => locking.end())
  await locking.query('begin; lock table numbers in access exclusive mode')
  const tried = [1, 2, 3, 4, 5, 6].map(async () => { await db.updateTable('numbers').set({ n: 2 }).execute() })
  t.strictSame((await Promise.allSettled(tried)).map(({ status }) => status), Array(6).fill('rejected'))
  const waiting = async () => (await locking.query("select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")).rows[0].count
  for (let tries = 0; await waiting() > 0 && tries < 50; tries++) await wait(50)
  t.equal(await waiting(), 0)
  await locking.query('rollback')
  await wait(100)
  t.equal(await read(), 1)
})

t.test('migrations, and instances that wait for them, may take longer; afterwards the limit applies again', async t => {
  const { db } = await setUp(t, { maxConnections: 2, answerTimeoutMs: 500 })
  const slow = { '001-slow': { up: async (db: Kysely<unknown>) => { await sql`select pg_sleep(1)`.execute(db) } } }
  await Promise.all([migrate(db, 'slow', slow), migrate(db, 'slow', slow)])
  await t.rejects(sql`select pg_sleep(1)`.execute(db), noAnswer)
  await db.transaction().execute(async transaction => {
    await sql`select pg_advisory_xact_lock(1)`.execute(transaction)
    await sql`select pg_sleep(1)`.execute(transaction)
  })
  await Promise.all([1, 2].map(async () => { await t.rejects(sql`select pg_sleep(1)`.execute(db), noAnswer) }))
})

t.test('a follower keeps the known data while the database is silent, and follows again afterwards', async t => {
  const { db, read, silence } = await setUp(t)
  let known: unknown
  const reports: unknown[] = []
  const refresh = createRefresh(async late => {
    const n = await read()
    if (!late.aborted) known = n
  }, error => { reports.push(error) })
  await silence()
  await wait(1050)
  const begun = performance.now()
  await Promise.all([refresh(), refresh(), refresh()])
  const waited = performance.now() - begun
  t.ok(waited > 1900 && waited < 3000, `it waited for ${Math.round(waited)} ms`)
  t.equal(known, undefined)
  t.match(reports, [{ message: 'The database has not answered within 2000 ms' }])
  t.equal(refresh(), undefined, 'who asks now does not wait too')

  // Each look that gets no answer keeps its connection from the next one.
  for (let looks = 0; looks < 5 && reports.length < 2; looks++) {
    await wait(1050)
    await refresh()
  }
  t.equal(known, 1)
  t.strictSame(reports.slice(1), [undefined])
  await db.updateTable('numbers').set({ n: 2 }).execute()
  await wait(1050)
  await refresh()
  t.equal(known, 2)
})

t.test('an answer that comes after it was given up is dropped', async t => {
  const { db } = await setUp(t)
  let known = 'nothing'
  let slow = true
  const refresh = createRefresh(async late => {
    const wasSlow = slow
    if (wasSlow) await sql`select pg_sleep(2.5)`.execute(db)
    if (!late.aborted) known = wasSlow ? 'old' : 'new'
  }, () => {})
  await wait(1050)
  await refresh()
  slow = false
  await wait(1050)
  await refresh()
  t.equal(known, 'new')
  await wait(500)
  t.equal(known, 'new')
})

t.test('a statement of a connection that is lost leaves no timer behind that would keep the process', async t => {
  const { db, read } = await setUp(t, { maxConnections: 2 })
  const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
  await Promise.all([read(), read()])
  // Each idle connection has one.
  const before = timers()
  await t.rejects(db.transaction().execute(async transaction => {
    const { rows: [row] } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction)
    await sql`select pg_terminate_backend(${row?.pid})`.execute(db)
    await wait(100)
    await sql`select 1`.execute(transaction)
  }))
  await wait(100)
  t.equal(timers(), before - 1)
})
