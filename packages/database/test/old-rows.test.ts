import { databaseUrl, dialects, type Dialect } from '@latchkey/test-databases'
import Fastify from 'fastify'
import type { Kysely } from 'kysely'
import t, { type Test } from 'tap'
import database, { deleteOldRegularly, type KeptRows } from '../dist/index.js'

interface Tables {
  events: { id: string, at: string }
  counts: { day: string, kind: string }
}
const events: KeptRows<Tables> = { table: 'events', key: ['id'], time: 'at', keepDays: 7 }
const counts: KeptRows<Tables> = { table: 'counts', key: ['day', 'kind'], time: 'day', keepDays: 30 }

const ago = (days: number) => new Date(Date.now() - days * 24 * 60 * 60_000).toISOString()
const schedule = setTimeout
const pass = async (ms: number) => { await new Promise(resolve => schedule(resolve, ms)) }
async function until (what: () => boolean | Promise<boolean>): Promise<void> {
  while (!await what()) await pass(10)
}
const unexpected = (error: unknown) => { throw error }

/** From here to the end of the test a minute and an hour are over at once; gives those that were waited for. */
function hurry (t: Test): number[] {
  const waited: number[] = []
  t.intercept(globalThis, 'setTimeout', {
    value: Object.assign((work: () => void, ms = 0, ...given: []) => {
      if (ms >= 60_000) waited.push(ms)
      return schedule(work, ms >= 60_000 ? 50 : ms, ...given)
    }, schedule)
  })
  return waited
}

async function open (t: Test, dialect: Dialect) {
  const app = Fastify()
  const url = await databaseUrl({ teardown: remove => t.teardown(async () => { await app.close(); await remove() }) }, dialect)
  await app.register(database, { url })
  const db = app.db as unknown as Kysely<Tables>
  await db.schema.createTable('events').addColumn('id', 'text', column => column.primaryKey()).addColumn('at', 'text').execute()
  await db.schema.createTable('counts').addColumn('day', 'text').addColumn('kind', 'text').addPrimaryKeyConstraint('counts_pkey', ['day', 'kind']).execute()
  return {
    db,
    /** Adds events that are so old. */
    add: async (count: number, days: number, name = 'e') => {
      for (let start = 0; start < count; start += 400) {
        await db.insertInto('events').values(Array.from({ length: Math.min(400, count - start) }, (_, index) => ({ id: `${name}${start + index}`, at: ago(days) }))).execute()
      }
    },
    ids: async () => (await db.selectFrom('events').select('id').orderBy('id').execute()).map(({ id }) => id)
  }
}

for (const dialect of dialects) {
  t.test(dialect, async t => {
    t.test('old rows are deleted, however many, a few hundred at once; not at the start, but a minute later, then each hour, until it is stopped', async t => {
      const { db, add, ids } = await open(t, dialect)
      const portions: number[] = []
      const watched = db.withPlugin({
        transformQuery: ({ node }) => node,
        transformResult: async ({ result }) => {
          portions.push(Number(result.numAffectedRows))
          return result
        }
      })
      await add(1200, 8)
      await add(1, 6, 'young')
      const waited = hurry(t)
      const deleting = deleteOldRegularly(watched, [events], unexpected)
      t.strictSame([waited, portions], [[60_000], []])
      await until(() => portions.length >= 3)
      t.strictSame(portions.slice(0, 3), [500, 500, 200])
      t.strictSame(await ids(), ['young0'])

      await add(1, 8, 'later')
      await until(async () => (await ids()).length === 1)
      await deleting.stop()
      t.strictSame([...new Set(waited)], [60_000, 60 * 60_000])
      const [times, statements] = [waited.length, portions.length]
      await pass(200)
      t.strictSame([waited.length, portions.length], [times, statements])
    })

    t.test('stop ends after the current batch, and nothing runs afterwards', async t => {
      const { db, add, ids } = await open(t, dialect)
      await add(1200, 8)
      hurry(t)
      let stopping: Promise<void> | undefined
      const stopsAtTheFirst = db.withPlugin({
        transformQuery: ({ node }) => node,
        transformResult: async ({ result }) => {
          stopping ??= deleting.stop()
          return result
        }
      })
      const deleting = deleteOldRegularly(stopsAtTheFirst, [events], unexpected)
      await until(() => stopping !== undefined)
      await stopping
      t.equal((await ids()).length, 700)
      await pass(200)
      t.equal((await ids()).length, 700)
    })

    t.test('each table has its key, of one column or several, and its time; a day counts from its beginning', async t => {
      // At noon: no day ends between here and the deletion.
      const [clock, shift] = [Date.now, Math.round((0.5 - Date.now() / 86_400_000 % 1) * 86_400_000)]
      t.intercept(Date, 'now', { value: () => clock() + shift, configurable: true })
      const { db, add, ids } = await open(t, dialect)
      await add(2, 8)
      const days = [29, 31].map(ago).map(time => time.slice(0, 10))
      await db.insertInto('counts').values(days.flatMap(day => [{ day, kind: 'one' }, { day, kind: 'other' }])).execute()
      hurry(t)
      const deleting = deleteOldRegularly(db, [events, counts], unexpected)
      const left = async () => await db.selectFrom('counts').selectAll().orderBy('kind').execute()
      await until(async () => (await left()).length < 4)
      await deleting.stop()
      t.strictSame(await ids(), [])
      t.strictSame(await left(), [{ day: days[0], kind: 'one' }, { day: days[0], kind: 'other' }])
    })

    t.test('a database error is reported, and deleting is tried again after an hour', async t => {
      const { db, add, ids } = await open(t, dialect)
      await add(1, 8)
      await db.schema.alterTable('events').renameTo('elsewhere').execute()
      const waited = hurry(t)
      const told: unknown[] = []
      const deleting = deleteOldRegularly(db, [events], error => { told.push(error) })
      await until(() => told.length > 0)
      await db.schema.alterTable('elsewhere').renameTo('events').execute()
      await until(async () => (await ids()).length === 0)
      await deleting.stop()
      t.match(told, [{ message: /events/ }])
      t.strictSame([...new Set(waited)], [60_000, 60 * 60_000])
    })
  })
}

t.test('postgres: instances delete concurrently without waiting for each other', async t => {
  const { db, add, ids } = await open(t, 'postgres')
  await add(1200, 8)
  hurry(t)
  await db.transaction().execute(async transaction => {
    await transaction.selectFrom('events').select('id').where('id', '=', 'e7').forUpdate().execute()
    const copies = Array.from({ length: 3 }, () => deleteOldRegularly(db, [events], unexpected))
    await until(async () => (await ids()).length === 1)
    await Promise.all(copies.map(async copy => { await copy.stop() }))
  })
  t.strictSame(await ids(), ['e7'])
})
