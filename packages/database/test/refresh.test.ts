import { databaseUrl } from '@latchkey/test-databases'
import Fastify from 'fastify'
import { sql } from 'kysely'
import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import database, { createRefresh } from '../dist/index.js'

/** A function that follows a database whose answers take so long; what it knows, and when its looks began. */
async function setUp (t: Test, seconds: number) {
  const app = Fastify()
  const url = await databaseUrl({ teardown: remove => t.teardown(async () => { await app.close(); await remove() }) }, 'postgres')
  await app.register(database, { url })
  await sql`create table numbers (n int)`.execute(app.db)
  await sql`insert into numbers values (1)`.execute(app.db)
  const begun: number[] = []
  let known = 0
  const refresh = createRefresh(async () => {
    begun.push(performance.now())
    const { rows: [row] } = await sql<{ n: number }>`select n, pg_sleep(${seconds}) from numbers`.execute(app.db)
    known = row?.n ?? 0
  }, error => { if (error !== undefined) throw error })
  return { refresh, begun, known: () => known, change: async (n: number) => await sql`update numbers set n = ${n}`.execute(app.db) }
}

t.test('the second counts from the start of a check', async t => {
  const { refresh, begun } = await setUp(t, 0.7)
  while (begun.length < 3) {
    await refresh()
    await wait(5)
  }
  const [first = 0, second = 0, third = 0] = begun
  const between = [second - first, third - second]
  // What is noted of a look is noted a moment after its beginning.
  for (const ms of between) t.ok(ms >= 990, `${Math.round(ms)} ms`)
  // From the end it would be 1.7 seconds. The machine may have stood still once.
  t.ok(Math.min(...between) < 1600)
})

t.test('a caller that waits sees a change that is a second old, however long checks take', async t => {
  const { refresh, known, change } = await setUp(t, 0.9)
  await wait(1050)
  const looking = refresh()
  await wait(100)
  await change(2)
  const changed = performance.now()
  await looking
  t.equal(known(), 1)
  await wait(1000 - (performance.now() - changed))
  await refresh()
  t.equal(known(), 2)
})
