import { databaseUrl, dialects } from '@latchkey/test-databases'
import Fastify from 'fastify'
import { sql, type Kysely } from 'kysely'
import t from 'tap'
import database, { prepareQuery } from '../dist/index.js'

type Numbers = { numbers: { n: number } }

for (const dialect of dialects) {
  t.test(`${dialect}: runs with other parameters each time, also inside a transaction`, async t => {
    const app = Fastify()
    t.teardown(() => app.close())
    await app.register(database, { url: await databaseUrl(t, dialect) })
    const db = app.db as unknown as Kysely<Numbers>
    await db.schema.createTable('numbers').addColumn('n', 'integer').execute()
    await db.insertInto('numbers').values([{ n: 1 }, { n: 2 }, { n: 3 }]).execute()

    const prepareAbove = (db: Kysely<Numbers>) => prepareQuery(db, db.selectFrom('numbers').select('n').where('n', '>', 0).orderBy('n').compile())
    const above = prepareAbove(db)
    t.strictSame(await above.all([1]), [{ n: 2 }, { n: 3 }])
    t.strictSame(await above.all([2]), [{ n: 3 }])
    t.strictSame(await Promise.all([0, 1, 2, 3].map(async n => (await above.all([n])).length)), [3, 2, 1, 0])

    await db.transaction().execute(async trx => {
      await trx.insertInto('numbers').values({ n: 4 }).execute()
      t.strictSame(await prepareAbove(trx).all([3]), [{ n: 4 }])
    })
  })
}

for (const preparedStatements of [true, false]) {
  t.test(`postgres: the server keeps ${preparedStatements ? 'a hot statement prepared, and no other' : 'no statement prepared if the app says so'}`, async t => {
    const app = Fastify()
    t.teardown(() => app.close())
    await app.register(database, { url: await databaseUrl(t, 'postgres'), maxConnections: 1, preparedStatements })
    const db = app.db as unknown as Kysely<Numbers>
    await db.schema.createTable('numbers').addColumn('n', 'integer').execute()
    const hot = prepareQuery(db, db.selectFrom('numbers').select('n').where('n', '=', 0).compile())
    await hot.all([1])
    await hot.all([2])
    await db.selectFrom('numbers').selectAll().execute()
    const { rows } = await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(db)
    t.strictSame(rows.map(row => row.statement), preparedStatements ? [hot.sql] : [])
  })
}
