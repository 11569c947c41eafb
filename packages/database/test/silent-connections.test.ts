import { databaseUrl, openLink } from '@latchkey/test-databases'
import Fastify from 'fastify'
import { sql, type Kysely } from 'kysely'
import { setTimeout as wait } from 'node:timers/promises'
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
    read: async () => (await db.selectFrom('numbers').select('n').executeTakeFirstOrThrow()).n,
    /** All connections that are open go silent, without an end; new ones work. */
    silence: async () => {
      await Promise.all([1, 2, 3].map(async () => await sql`select pg_sleep(0.1)`.execute(db)))
      link.freeze()
      link.thaw()
    }
  }
}

const noAnswer = { code: 'DATABASE_ERR_NO_ANSWER', statusCode: 500, message: /^The database has not answered within 500 ms, and the connection is given up; .* raise answerTimeoutMs$/ }

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

t.test('an answer that has begun may take as long as it comes, and each of several statements has its own time', async t => {
  const { db, link } = await setUp(t, { maxConnections: 1, answerTimeoutMs: 500 })
  const { rows } = await sql`select repeat('x', 20000) as text, pg_sleep(0.2) from generate_series(1, 8)`.execute(db)
  t.equal(rows.length, 8)
  await db.transaction().execute(async transaction => { await Promise.all([1, 2, 3].map(async () => await sql`select pg_sleep(0.3)`.execute(transaction))) })
  t.equal(link.begun, 1)
})

t.test('the server does not go on with what is given up, nor does it keep its locks: its connections would run out', async t => {
  const { db, link, read } = await setUp(t, { maxConnections: 2, answerTimeoutMs: 500 })
  await db.transaction().execute(async transaction => {
    await sql`lock table numbers`.execute(transaction)
    const others = async () => {
      await sql`select pg_stat_clear_snapshot()`.execute(transaction)
      return (await sql`select from pg_stat_activity where application_name = 'pool' and datname = current_database() and pid <> pg_backend_pid()`.execute(transaction)).rows.length
    }
    for (let round = 0; round < 4; round++) await t.rejects(db.updateTable('numbers').set({ n: 2 }).execute(), noAnswer)
    for (let tries = 0; tries < 100 && await others() > 0; tries++) await wait(50)
    t.equal(await others(), 0)
  })
  t.ok(link.begun >= 5)
  t.equal(await read(), 1, 'what was given up is not done when the lock is free')
})

t.test('migrations, and copies of the app that wait for them, may take longer, and afterwards nothing else may', async t => {
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

t.test('what follows the database goes on with what is known while nothing is answered, and follows it again when a connection answers', async t => {
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
