import { databaseUrl, dialects } from '@latchkey/test-databases'
import Sqlite from 'better-sqlite3'
import Fastify from 'fastify'
import { CamelCasePlugin, Kysely, sql, SqliteDialect } from 'kysely'
import t from 'tap'
import database, { leaveUnseen, seenChanges, type SeenChanges } from '../dist/index.js'

type Numbers = { numbers: { n: number }, notes: { n: number }, notes_kept: { n: number } }

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const app = Fastify()
    t.teardown(() => app.close())
    const url = await databaseUrl(t, dialect)
    await app.register(database, { url })
    const db = app.db as unknown as Kysely<Numbers>
    await db.schema.createTable('numbers').addColumn('n', 'integer').execute()
    const changes = seenChanges(db) as SeenChanges

    async function isSeen (work: () => Promise<unknown>): Promise<boolean> {
      const { count } = changes
      await work()
      return changes.count > count
    }

    await t.test('each change is seen when it has been made', async t => {
      t.ok(await isSeen(() => db.insertInto('numbers').values({ n: 1 }).execute()))
      t.ok(await isSeen(() => db.updateTable('numbers').set({ n: 2 }).returningAll().execute()))
      // SQLite has no such statement.
      if (dialect === 'postgres') t.ok(await isSeen(() => db.with('gone', within => within.deleteFrom('numbers').where('n', '=', 3).returningAll()).selectFrom('gone').selectAll().execute()))
    })

    await t.test('a change in a transaction counts again at its commit, because others may read the old state until then', async t => {
      let uncommitted = Infinity
      await db.transaction().execute(async transaction => {
        await transaction.insertInto('numbers').values({ n: 4 }).execute()
        uncommitted = changes.count
      })
      t.ok(changes.count > uncommitted)
    })

    await t.test('a failed statement counts too, because it may have changed something', async t => {
      t.ok(await isSeen(() => t.rejects(db.insertInto('numbers').values({ n: 1, none: 1 } as { n: number }).execute())))
    })

    await t.test('reading changes nothing', async t => {
      t.notOk(await isSeen(() => db.selectFrom('numbers').selectAll().execute()))
    })

    await t.test('writes to an excluded table do not count', async t => {
      for (const table of ['notes', 'notes_kept'] as const) await db.schema.createTable(table).addColumn('n', 'integer').execute()
      leaveUnseen(db, ['notes'])
      t.notOk(await isSeen(() => db.insertInto('notes').values({ n: 1 }).execute()))
      t.notOk(await isSeen(() => db.updateTable('notes').set({ n: 2 }).execute()))
      t.notOk(await isSeen(() => sql`
        insert into notes (n) values (3)`.execute(db)))
      t.notOk(await isSeen(() => db.deleteFrom('notes').execute()))
      t.ok(await isSeen(() => db.deleteFrom('notes_kept').execute()))
    })

    await t.test('a transaction that writes only to excluded tables does not count', async t => {
      t.notOk(await isSeen(() => db.transaction().execute(async transaction => { await transaction.insertInto('notes').values({ n: 1 }).execute() })))
      let uncommitted = Infinity
      await db.transaction().execute(async transaction => {
        await transaction.insertInto('numbers').values({ n: 8 }).execute()
        await transaction.insertInto('notes').values({ n: 1 }).execute()
        uncommitted = changes.count
      })
      t.ok(changes.count > uncommitted)
    })

    await t.test('changes by another connection to SQLite are seen soon', async t => {
      const other = Fastify()
      t.teardown(() => other.close())
      await other.register(database, { url })
      const { count } = changes
      await (other.db as unknown as Kysely<Numbers>).insertInto('numbers').values({ n: 5 }).execute()
      t.match(changes, dialect === 'sqlite' ? { ofOthers: true, holdsForMs: Infinity } : { ofOthers: false, holdsForMs: 1000 })
      await new Promise(resolve => setTimeout(resolve, 300))
      t.equal(changes.count > count, dialect === 'sqlite')
    })

    await t.test('reading the count in a transaction does not start a read', async t => {
      const other = Fastify()
      t.teardown(() => other.close())
      await other.register(database, { url })
      await new Promise(resolve => setTimeout(resolve, 300))
      await t.resolves(db.transaction().execute(async transaction => {
        t.ok(changes.count >= 0)
        await (other.db as unknown as Kysely<Numbers>).insertInto('numbers').values({ n: 6 }).execute()
        // SQLite refuses it at once where it has read what was before.
        await transaction.insertInto('numbers').values({ n: 7 }).execute()
      }))
    })

    await t.test('if SQLite cannot be checked for a second, earlier reads are not trusted', async t => {
      const other = Fastify()
      t.teardown(() => other.close())
      await other.register(database, { url })
      const meanwhile = async () => {
        const { count } = changes
        await (other.db as unknown as Kysely<Numbers>).insertInto('numbers').values({ n: 9 }).execute()
        await new Promise(resolve => setTimeout(resolve, 1000))
        return changes.count > count
      }
      t.equal(await db.transaction().execute(meanwhile), dialect === 'sqlite', 'in a long transaction')
      // On PostgreSQL Kysely streams with a cursor, which these instances have not.
      if (dialect === 'sqlite') {
        const rows = db.selectFrom('numbers').selectAll().stream()
        await rows.next()
        t.ok(await meanwhile(), 'while rows are streamed')
        await rows.return?.()
      }
      const { count } = changes
      await new Promise(resolve => setTimeout(resolve, 1000))
      t.equal(changes.count, count, 'afterwards it is again')
    })

    await t.test('the instance without its plugins, or with others, sees the same', async t => {
      t.equal(seenChanges(db.withoutPlugins()), changes)
      t.equal(seenChanges(db.withPlugin(new CamelCasePlugin())), changes)
    })
  })
}

t.test('changes through a Kysely instance of the app are not seen', async t => {
  const kysely = new Kysely<never>({ dialect: new SqliteDialect({ database: new Sqlite(':memory:') }) })
  t.teardown(() => kysely.destroy())
  t.equal(seenChanges(kysely), null)
})
