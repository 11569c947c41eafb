import { databaseUrl, dialects } from '@latchkey/test-databases'
import Sqlite from 'better-sqlite3'
import Fastify from 'fastify'
import { Kysely, PostgresDialect, sql, type PostgresPool, type PostgresPoolClient } from 'kysely'
import { readFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import pg from 'pg'
import t, { type Test } from 'tap'
import database, { migrate, textType, type Migrations } from '../dist/index.js'

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

    t.test('text of textType is compared and sorted by its bytes', async t => {
      const db = await open(t, await databaseUrl(t, dialect)) as unknown as Kysely<{ words: { word: string } }>
      await db.schema.createTable('words').addColumn('word', textType(dialect)).execute()
      await db.insertInto('words').values(['b', 'B', 'a-b', 'ab', 'é'].map(word => ({ word }))).execute()
      t.strictSame((await db.selectFrom('words').select('word').orderBy('word').execute()).map(({ word }) => word), ['B', 'a-b', 'ab', 'b', 'é'])
      // The server of the tests sorts everything so.
      if (dialect === 'postgres') t.strictSame((await sql`select collation_name from information_schema.columns where table_name = 'words'`.execute(db)).rows, [{ collation_name: 'C' }])
    })

    t.test('packages keep separate records', async t => {
      const db = await open(t, await databaseUrl(t, dialect))
      await migrate(db, '@latchkey/things', create)
      await migrate(db, '@latchkey/other', { '001-first': { up: async db => { await sql`insert into things (id) values ('other')`.execute(db) } } })
      t.strictSame(await things(db), [{ id: 'other' }])
    })

    t.test('tables of a newer version of the package are left as they are, and the error says what to start', async t => {
      const db = await open(t, await databaseUrl(t, dialect))
      await migrate(db, '@latchkey/things', createAndFill)
      await t.rejects(migrate(db, '@latchkey/things', create), {
        code: 'DATABASE_ERR_MIGRATION_FAILED',
        message: 'Migration of @latchkey/things failed and was rolled back: this database has the migration 002-fill, which this version does not know. Start the version that ran it or a later one, or restore an earlier backup'
      })
      t.strictSame(await things(db), [{ id: 'one' }])
    })

    t.test('a migration whose name comes before one that has run is refused', async t => {
      const db = await open(t, await databaseUrl(t, dialect))
      await migrate(db, '@latchkey/things', createAndFill)
      const late: Migrations = { ...createAndFill, '001-late': { up: async () => { t.fail('it ran') } } }
      await t.rejects(migrate(db, '@latchkey/things', late), { message: 'Migration 001-late of @latchkey/things failed and was rolled back: a later one has already run. Give it a name that comes after the names of all others' })
    })

    t.test('a failing migration leaves nothing of the call behind and names itself', async t => {
      const db = await open(t, await databaseUrl(t, dialect))
      const failing: Migrations = { ...create, '002-fail': { up: async db => { await sql`select * from nowhere`.execute(db) } } }
      const said = dialect === 'sqlite' ? 'no such table: nowhere' : 'relation "nowhere" does not exist'
      await t.rejects(migrate(db, '@latchkey/things', failing), {
        code: 'DATABASE_ERR_MIGRATION_FAILED',
        message: `Migration 002-fail of @latchkey/things failed and was rolled back: ${said}`,
        cause: { message: said }
      })
      await t.rejects(things(db))
      await migrate(db, '@latchkey/things', createAndFill)
      t.strictSame(await things(db), [{ id: 'one' }])
    })
  })
}

t.test('the published types work with every Kysely that the package accepts: its own Migration has another address in 0.29', async t => {
  const declarations = await readFile(new URL('../dist/migrate.d.ts', import.meta.url), 'utf8')
  t.strictSame([...declarations.matchAll(/import (?:type )?\{(.*?)\} from 'kysely'/g)].map(([, names]) => names?.replace('type ', '').trim()), ['Kysely'])
})

t.test('sqlite: the error says what failed, also where the database has rolled back by itself', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(database, { url: 'sqlite::memory:' })
  const failing: Migrations = { ...createAndFill, '003-again': { up: async db => { await sql`insert or rollback into things (id) values ('one')`.execute(db) } } }
  await t.rejects(migrate(app.db, '@latchkey/things', failing), { message: /^Migration 003-again of @latchkey\/things failed.*UNIQUE constraint failed: things\.id$/ })
})

t.test('the error says that the database cannot be reached, without its password', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(database, { url: 'postgres://latchkey:hunter2@127.0.0.1:1/latchkey' })
  const error = await migrate(app.db, '@latchkey/things', create).then(() => null, (error: Error) => error)
  t.match(error, { code: 'DATABASE_ERR_MIGRATION_FAILED', message: 'Migration of @latchkey/things failed and was rolled back: connect ECONNREFUSED 127.0.0.1:1', cause: { code: 'ECONNREFUSED' } })
  t.notMatch(inspect(error), /hunter2/)
})

t.test('the error says that another process has locked the database', async t => {
  const url = await databaseUrl(t, 'sqlite')
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(database, { url, busyTimeoutMs: 50 })
  const other = new Sqlite(url.slice('sqlite:'.length))
  t.teardown(() => other.close())
  other.exec('begin immediate')
  await t.rejects(migrate(app.db, '@latchkey/things', create), { code: 'DATABASE_ERR_MIGRATION_FAILED', message: /^Migration of @latchkey\/things failed.*: database is locked$/, cause: { code: 'SQLITE_BUSY' } })
})

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

t.test('postgres: they may also behind a pooler that changes the session after each transaction', async t => {
  const url = await databaseUrl(t, 'postgres')
  const pool = await transactionPooler(t, url, 3)
  const copies = Array.from({ length: 5 }, () => new Kysely<never>({ dialect: new PostgresDialect({ pool }) }))
  for (const packageName of ['@latchkey/things', '@latchkey/others']) {
    const tables = packageName === '@latchkey/things' ? createAndFill : { '001-more': { up: async (db: Kysely<never>) => { await sql`insert into things (id) values ('more')`.execute(db) } } }
    await Promise.all(copies.map(async db => { await migrate(db, packageName, tables) }))
  }
  t.strictSame(await things(copies[0] as Kysely<never>), [{ id: 'one' }, { id: 'more' }])
  const locks = sql`select pid from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`
  t.strictSame((await locks.execute(copies[0] as Kysely<never>)).rows, [])
})

t.test('postgres: timeouts and the isolation level of the role do not apply to the wait for another copy, but to the migrations', async t => {
  const url = await databaseUrl(t, 'postgres')
  const open = async (options: string) => {
    const app = Fastify()
    t.teardown(() => app.close())
    const by = new URL(url)
    by.searchParams.set('options', options)
    await app.register(database, { url: by.href })
    return app.db as unknown as Kysely<never>
  }
  const first = await open('')
  const second = await open('-c lock_timeout=200 -c default_transaction_isolation=serializable')
  let waiting: Promise<void> | undefined
  await migrate(first, '@latchkey/things', {
    '001-create': {
      up: async db => {
        await create['001-create']?.up(db)
        waiting = migrate(second, '@latchkey/things', { ...create, '002-limited': { up: async db => { t.strictSame((await sql`show lock_timeout`.execute(db)).rows, [{ lock_timeout: '200ms' }]) } } })
        await sql`select pg_sleep(0.6)`.execute(db)
      }
    }
  })
  await waiting
  t.strictSame(await things(first), [])
})

t.test('postgres: a user who cannot create tables can start an app whose tables are up to date, and is told otherwise', async t => {
  const url = await databaseUrl(t, 'postgres')
  const owner = Fastify()
  t.teardown(() => owner.close())
  await owner.register(database, { url })
  const db = owner.db as unknown as Kysely<never>
  await migrate(db, '@latchkey/things', create)
  const name = new URL(url).pathname.slice(1)
  await sql`create role ${sql.id(name)} login password 'secret'`.execute(db)
  t.teardown(async () => {
    const admin = new pg.Client(url)
    await admin.connect()
    await admin.query(`drop owned by ${name}; drop role ${name}`)
    await admin.end()
  })
  await sql`revoke create on schema public from public`.execute(db)
  await sql`grant select on latchkey_migrations_things to ${sql.id(name)}`.execute(db)
  const limited = new URL(url)
  limited.username = name
  limited.password = 'secret'
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(database, { url: limited.href })
  await migrate(app.db, '@latchkey/things', create)
  await t.rejects(migrate(app.db, '@latchkey/others', create), { message: 'Migration of @latchkey/others failed and was rolled back: permission denied for schema public', cause: { code: '42501' } })
})

/** A pool on few sessions that, like a pooler in transaction mode, gives each transaction, and each statement outside of one, the next session. */
async function transactionPooler (t: Test, url: string, sessions: number): Promise<PostgresPool> {
  const free: pg.Client[] = []
  const waiting: ((session: pg.Client) => void)[] = []
  for (let i = 0; i < sessions; i++) {
    const session = new pg.Client(url)
    await session.connect()
    t.teardown(() => session.end())
    free.push(session)
  }
  const take = async () => free.shift() ?? await new Promise<pg.Client>(resolve => { waiting.push(resolve) })
  const put = (session: pg.Client) => {
    const next = waiting.shift()
    if (next === undefined) free.push(session)
    else next(session)
  }
  const connect = async () => {
    let held: pg.Client | undefined
    const query = async (text: string, values: unknown[]) => {
      const session = held ?? await take()
      held = /^(begin|start transaction)/.test(text) || (held !== undefined && !/^(commit|rollback)$/.test(text)) ? session : undefined
      try {
        return await session.query(text, values)
      } finally {
        if (held === undefined) put(session)
      }
    }
    return { query, release: () => {} } as unknown as PostgresPoolClient
  }
  return { connect, end: async () => {} } as PostgresPool
}
