import { databaseUrl, dialects } from '@latchkey/test-databases'
import Fastify from 'fastify'
import { sql, type Kysely } from 'kysely'
import t, { type Test } from 'tap'
import database, { migrate, type Migrations } from '../dist/index.js'

const create: Migrations = {
  '001-create': { up: async db => { await db.schema.createTable('things').addColumn('id', 'text', c => c.primaryKey()).execute() } }
}
const createAndFill: Migrations = {
  ...create,
  '002-fill': { up: async db => { await sql`insert into things (id) values ('one')`.execute(db) } }
}

async function things (db: Kysely<never>): Promise<unknown[]> {
  return (await sql`select id from things`.execute(db)).rows
}

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const open = async (t: Test, url: string) => {
      const app = Fastify()
      t.teardown(() => app.close())
      await app.register(database, { url })
      return app.db as unknown as Kysely<never>
    }

    t.test('runs each migration once, and new ones later', async t => {
      const db = await open(t, await databaseUrl(t, dialect))
      await migrate(db, '@latchkey/things', create)
      await migrate(db, '@latchkey/things', create)
      t.strictSame(await things(db), [])
      await migrate(db, '@latchkey/things', createAndFill)
      t.strictSame(await things(db), [{ id: 'one' }])
    })

    t.test('packages keep separate records', async t => {
      const db = await open(t, await databaseUrl(t, dialect))
      await migrate(db, '@latchkey/things', create)
      await migrate(db, '@latchkey/other', { '001-first': { up: async db => { await sql`insert into things (id) values ('other')`.execute(db) } } })
      t.strictSame(await things(db), [{ id: 'other' }])
    })

    t.test('a failing migration leaves nothing of the call behind and names itself', async t => {
      const db = await open(t, await databaseUrl(t, dialect))
      const failing: Migrations = { ...create, '002-fail': { up: async db => { await sql`select * from nowhere`.execute(db) } } }
      await t.rejects(migrate(db, '@latchkey/things', failing), { code: 'DATABASE_ERR_MIGRATION_FAILED', message: /002-fail of @latchkey\/things/ })
      await t.rejects(things(db))
      await migrate(db, '@latchkey/things', createAndFill)
      t.strictSame(await things(db), [{ id: 'one' }])
    })
  })
}

t.test('postgres: any number of copies may migrate at once', async t => {
  const url = await databaseUrl(t, 'postgres')
  const copies = await Promise.all(Array.from({ length: 8 }, async () => {
    const app = Fastify()
    t.teardown(() => app.close())
    await app.register(database, { url })
    return app.db as unknown as Kysely<never>
  }))
  await Promise.all(copies.map(async db => { await migrate(db, '@latchkey/things', createAndFill) }))
  t.strictSame(await things(copies[0] as Kysely<never>), [{ id: 'one' }])
})
