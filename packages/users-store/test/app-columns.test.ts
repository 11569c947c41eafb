import database from '@latchkey/database'
import { databaseUrl, dialects } from '@latchkey/test-databases'
import Fastify from 'fastify'
import { sql, type Kysely } from 'kysely'
import { readFile } from 'node:fs/promises'
import t, { type Test } from 'tap'
import usersStore, { migrateUsersStore, type NewUser, type User, type UsersStoreOptions } from '../dist/index.js'
import { appOn } from './helpers/app.js'

const columns = { level: { type: 'number' }, hiredAt: { type: 'date' }, newsletter: { type: 'boolean' }, bio: { type: 'string' } } as const
const nothing = { level: null, hiredAt: null, newsletter: null, bio: null }

/** The types of the app's own columns in the database. */
async function sqlTypes (db: Kysely<never>): Promise<Record<string, string>> {
  const tables = await db.introspection.getTables()
  const all = tables.find(table => table.name === 'latchkey_users')?.columns ?? []
  return Object.fromEntries(all.slice(12).map(column => [column.name, column.dataType.toLowerCase()]))
}

async function registered (t: Test, url: string, options: UsersStoreOptions): Promise<void> {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(database, { url })
  await app.register(usersStore, options)
}

for (const dialect of dialects) {
  t.test(dialect, async t => {
    // Keeps the server of this file running between the tests.
    await databaseUrl(t, dialect)

    t.test('missing columns are added, also when users already exist', async t => {
      const url = await databaseUrl(t, dialect)
      const before = await appOn(t, { url })
      const user = await before.usersStore.create({ email: 'before@example.com' })
      t.strictSame(before.usersStore.columns, {})

      const app = await appOn(t, { url }, { columns })
      t.strictSame(app.usersStore.columns, columns)
      t.ok(Object.isFrozen(app.usersStore.columns) && Object.isFrozen(app.usersStore.columns.level))
      t.strictSame(await sqlTypes(app.db as unknown as Kysely<never>), dialect === 'sqlite'
        ? { level: 'real', hired_at: 'text', newsletter: 'boolean', bio: 'text' }
        : { level: 'float8', hired_at: 'text', newsletter: 'bool', bio: 'text' })
      t.strictSame(await app.usersStore.findById(user.id), { ...nothing, ...user })
    })

    t.test('their values are stored, found, changed and emptied', async t => {
      const app = await appOn(t, { url: await databaseUrl(t, dialect) }, { columns })
      const given = { level: 2.5, hiredAt: '2026-01-31', newsletter: true, bio: 'Bio' }
      const stored = { ...given, hiredAt: '2026-01-31T00:00:00.000Z' }
      const user = await app.usersStore.create({ email: 'anna@example.com', ...given } as NewUser)
      t.match(user, stored)
      t.strictSame(await app.usersStore.findById(user.id), user)
      const { rows } = await sql`select level, hired_at, newsletter, bio from latchkey_users`.execute(app.db)
      t.strictSame(rows, [{ level: 2.5, hired_at: stored.hiredAt, newsletter: dialect === 'sqlite' ? 1 : true, bio: 'Bio' }])
      t.match(await app.usersStore.update(user.id, { newsletter: false, level: 0 } as object), { ...stored, newsletter: false, level: 0 })
      t.match(await app.usersStore.update(user.id, nothing as object), nothing)
    })

    t.test('registering again, with fewer columns or with more, keeps what is there', async t => {
      const url = await databaseUrl(t, dialect)
      const user = await (await appOn(t, { url }, { columns })).usersStore.create({ email: 'anna@example.com', level: 3 } as NewUser)
      const { level, hiredAt, newsletter, bio, ...own } = user as User & typeof nothing
      t.strictSame(await (await appOn(t, { url })).usersStore.findById(user.id), own)
      t.strictSame(await (await appOn(t, { url }, { columns: { ...columns, team: { type: 'string' } } })).usersStore.findById(user.id), { ...user, team: null })
    })

    t.test('text of the app\'s own columns sorts by its bytes', async t => {
      const app = await appOn(t, { url: await databaseUrl(t, dialect) }, { columns })
      for (const bio of ['b', 'Z', 'a']) await app.usersStore.create({ email: `${bio}@example.com`, bio } as NewUser)
      const { rows } = await sql<{ bio: string }>`select bio from latchkey_users order by bio`.execute(app.db)
      t.strictSame(rows.map(row => row.bio), ['Z', 'a', 'b'])
    })

    t.test('columns that the app created itself stay unchanged', async t => {
      const url = await databaseUrl(t, dialect)
      const { db } = await appOn(t, { url })
      const types: [string, string][] = dialect === 'sqlite'
        ? [['level', 'INTEGER'], ['newsletter', 'integer not null default 1'], ['bio', 'varchar(80)'], ['hired_at', 'text']]
        : [['level', 'integer'], ['newsletter', 'boolean not null default true'], ['bio', 'varchar(80)'], ['hired_at', 'varchar(24)']]
      for (const [name, type] of types) await sql`alter table latchkey_users add column ${sql.ref(name)} ${sql.raw(type)}`.execute(db)
      const before = await sqlTypes(db as unknown as Kysely<never>)

      const app = await appOn(t, { url }, { columns })
      t.strictSame(await sqlTypes(app.db as unknown as Kysely<never>), before)
      const user = await app.usersStore.create({ email: 'anna@example.com', level: 7, hiredAt: '2026-01-31T12:00:00+01:00', bio: 'Bio' } as NewUser)
      t.match(user, { level: 7, hiredAt: '2026-01-31T11:00:00.000Z', newsletter: true, bio: 'Bio' })
      t.strictSame(await app.usersStore.findById(user.id), user)
    })

    t.test('a value that violates a constraint of an app column is reported as invalid input', async t => {
      const url = await databaseUrl(t, dialect)
      const { db } = await appOn(t, { url })
      await sql`alter table latchkey_users add column level integer check (level < 10)`.execute(db)
      await sql`alter table latchkey_users add column bio ${sql.raw(dialect === 'sqlite' ? 'text check (length(bio) <= 3)' : 'varchar(3)')}`.execute(db)
      await sql`alter table latchkey_users add column newsletter boolean not null default ${sql.raw(dialect === 'sqlite' ? '0' : 'false')}`.execute(db)
      await sql`create unique index app_level on latchkey_users (level)`.execute(db)
      const { usersStore } = await appOn(t, { url }, { columns: { level: columns.level, bio: columns.bio, newsletter: columns.newsletter } })
      const user = await usersStore.create({ email: 'anna@example.com', level: 1 } as NewUser)
      for (const broken of [{ level: 1 }, { level: 11 }, { bio: 'abcd' }]) {
        await t.rejects(usersStore.create({ email: 'bert@example.com', ...broken } as NewUser), { code: 'USERS_STORE_ERR_INVALID_USER', statusCode: 400, cause: { message: String } })
      }
      await t.rejects(usersStore.update(user.id, { newsletter: null } as object), { code: 'USERS_STORE_ERR_INVALID_USER', details: { newsletter: 'violates a database constraint' } })
      t.strictSame(await usersStore.findById(user.id), user)
      t.equal(await usersStore.findByEmail('bert@example.com'), null)
    })

    const mismatches: [string, 'string' | 'number' | 'boolean' | 'date', string, string][] = [
      ['text', 'number', 'text', 'text'],
      ['a number', 'string', 'real', 'float8'],
      ['a boolean', 'date', 'boolean', 'bool'],
      ['a time', 'string', 'datetime', 'timestamptz'],
      ['a time', 'date', 'datetime', 'timestamptz'],
      ['a type that is read with another value than written', 'number', 'blob', 'numeric']
    ]
    for (const [what, type, sqlite, postgres] of mismatches) {
      t.test(`a column of ${what} is refused as ${type}`, async t => {
        const url = await databaseUrl(t, dialect)
        const { db, usersStore } = await appOn(t, { url })
        const present = dialect === 'sqlite' ? sqlite : postgres
        await sql`alter table latchkey_users add column some_thing ${sql.raw(present)}`.execute(db)
        const expected = { code: 'USERS_STORE_ERR_COLUMN_MISMATCH', message: new RegExp(`^Column some_thing of latchkey_users is ${present}, but someThing is declared as ${type}`) }
        for (const migrate of [true, false]) {
          await t.rejects(registered(t, url, { migrate, columns: { added: { type: 'string' }, someThing: { type } } }), expected)
        }
        await t.rejects(migrateUsersStore(db, { added: { type: 'string' }, someThing: { type } }), expected)
        t.strictSame(await sqlTypes(db as unknown as Kysely<never>), { some_thing: present }, 'and no other column was added')
        t.match(await usersStore.create({ email: 'anna@example.com' }), { email: 'anna@example.com' }, 'and the connection is as it was')
      })
    }
  })
}

t.test('postgres: a column of timestamptz, changed as the README says, is read as it was, and compares', async t => {
  const [, change = ''] = /```sql\n(alter table .*?)```/s.exec(await readFile(new URL('../README.md', import.meta.url), 'utf8')) ?? []
  const url = await databaseUrl(t, 'postgres')
  const { db, usersStore } = await appOn(t, { url })
  await sql`alter table latchkey_users add column hired_at timestamptz`.execute(db)
  const user = await usersStore.create({ email: 'anna@example.com' })
  await sql`update latchkey_users set hired_at = '2026-01-31T12:00:00.5+01:00'`.execute(db)
  await sql.raw(change).execute(db)
  const app = await appOn(t, { url }, { columns: { hiredAt: columns.hiredAt } })
  t.match(await app.usersStore.findById(user.id), { hiredAt: '2026-01-31T11:00:00.500Z' })
  await app.usersStore.create({ email: 'bert@example.com', hiredAt: '2026-01-31T11:00:00.600Z' } as NewUser)
  const { rows } = await sql<{ email: string }>`select email from latchkey_users where hired_at > '2026-01-31T11:00:00.500Z'`.execute(app.db)
  t.strictSame(rows, [{ email: 'bert@example.com' }])
})
