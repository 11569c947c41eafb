import { databaseUrl, dialects } from '@latchkey/test-databases'
import Sqlite from 'better-sqlite3'
import Fastify from 'fastify'
import { Kysely, MysqlDialect, sql, SqliteDialect } from 'kysely'
import t from 'tap'
import database, { dialectOf, type Tables } from '../dist/index.js'

for (const dialect of dialects) {
  t.test(`${dialect}: a URL gives a working database, closed with the app`, async t => {
    const app = Fastify()
    await app.register(database, { url: await databaseUrl(t, dialect) })
    t.equal(dialectOf(app.db), dialect)
    t.strictSame((await sql`select 1 as one`.execute(app.db)).rows, [{ one: 1 }])
    const { db } = app
    await app.close()
    await t.rejects(sql`select 1`.execute(db))
  })
}

t.test('a Kysely instance of the app is used as it is and not closed', async t => {
  const own = new Kysely<Tables>({ dialect: new SqliteDialect({ database: new Sqlite(':memory:') }) })
  t.teardown(() => own.destroy())
  const app = Fastify()
  await app.register(database, { kysely: own })
  t.equal(app.db, own)
  await app.close()
  t.strictSame((await sql`select 1 as one`.execute(own)).rows, [{ one: 1 }])
})

t.test('sqlite::memory: works and creates no file', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(database, { url: 'sqlite::memory:' })
  t.strictSame((await sql`select 1 as one`.execute(app.db)).rows, [{ one: 1 }])
})

const refused: [string, object, string][] = [
  ['neither url nor kysely', {}, 'DATABASE_ERR_INVALID_OPTIONS'],
  ['an unknown option', { url: 'sqlite::memory:', path: 'x' }, 'DATABASE_ERR_INVALID_OPTIONS'],
  ['an unknown scheme', { url: 'mysql://root:hunter2@localhost/x' }, 'DATABASE_ERR_UNSUPPORTED_URL'],
  ['an SQLite URL without a path', { url: 'sqlite:' }, 'DATABASE_ERR_UNSUPPORTED_URL'],
  ['a Kysely instance of another database', { kysely: new Kysely({ dialect: new MysqlDialect({ pool: async () => { throw new Error('never') } }) }) }, 'DATABASE_ERR_UNSUPPORTED_DIALECT']
]
for (const [what, options, code] of refused) {
  t.test(`registration refuses ${what}`, async t => {
    const app = Fastify()
    t.teardown(() => app.close())
    await t.rejects(async () => await app.register(database, options), { code, message: /^(?!.*hunter2)/ })
  })
}
