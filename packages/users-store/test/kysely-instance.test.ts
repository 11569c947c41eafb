import database, { type Tables } from '@latchkey/database'
import { databaseUrl, dialects } from '@latchkey/test-databases'
import Sqlite from 'better-sqlite3'
import Fastify from 'fastify'
import { CamelCasePlugin, Kysely, PostgresDialect, SqliteDialect, type KyselyPlugin } from 'kysely'
import pg from 'pg'
import t, { type Test } from 'tap'
import usersStore, { migrateUsersStore } from '../dist/index.js'
import { appOn, counts } from './helpers/app.js'

const identity = { issuer: 'https://id.example.com', subject: 's1' }
const columns = { hiredAt: { type: 'date' } } as const

/** A Kysely instance created by the app itself. */
async function ownKysely (t: Test, dialect: typeof dialects[number], { plugins = [] as KyselyPlugin[], foreignKeys = true } = {}): Promise<Kysely<Tables>> {
  const url = await databaseUrl(t, dialect)
  const sqlite = () => {
    const database = new Sqlite(url.slice('sqlite:'.length))
    database.pragma(`foreign_keys = ${foreignKeys ? 'on' : 'off'}`)
    return database
  }
  const kysely = new Kysely<Tables>({
    dialect: dialect === 'sqlite' ? new SqliteDialect({ database: sqlite() }) : new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }),
    plugins
  })
  t.teardown(() => kysely.destroy())
  return kysely
}

for (const dialect of dialects) {
  t.test(dialect, async t => {
    // Keeps the server of this file running between the tests.
    await databaseUrl(t, dialect)

    t.test('works on a Kysely instance of the app\'s own, which stays open', async t => {
      const kysely = await ownKysely(t, dialect)
      const app = await appOn(t, { kysely })
      const user = await app.usersStore.create({ email: 'anna@example.com' }, { identity })
      t.strictSame(await app.usersStore.findByIdentity(identity), user)
      await t.rejects(app.usersStore.create({ email: 'anna@example.com' }), { code: 'USERS_STORE_ERR_EMAIL_TAKEN' })
      await app.close()
      t.strictSame(await kysely.selectFrom('latchkey_users').select('email').execute(), [{ email: 'anna@example.com' }])
    })

    t.test('works with plugins that rename columns, which stay active inside inTransaction', async t => {
      t.plan(4)
      const kysely = await ownKysely(t, dialect, { plugins: [new CamelCasePlugin()] })
      const app = await appOn(t, { kysely }, { columns })
      const user = await app.usersStore.create({ email: 'anna@example.com', firstName: 'Anna', hiredAt: '2026-01-31' } as { email: string }, {
        identity,
        inTransaction: async (transaction, { id }) => {
          const rows = await (transaction as unknown as Kysely<{ latchkeyUsers: { id: string, firstName: string } }>).selectFrom('latchkeyUsers').select('firstName').where('id', '=', id).execute()
          t.strictSame(rows, [{ firstName: 'Anna' }])
        }
      })
      t.match(user, { firstName: 'Anna', is8base: false, hiredAt: '2026-01-31T00:00:00.000Z' })
      t.strictSame(await app.usersStore.findByIdentity(identity), user)
      t.match(await app.usersStore.update(user.id, { lastName: 'Smith' }), { firstName: 'Anna', lastName: 'Smith' })
    })

    t.test('keeps its table names with a plugin that uppercases names', async t => {
      const kysely = await ownKysely(t, dialect, { plugins: [new CamelCasePlugin({ upperCase: true })] })
      const { usersStore } = await appOn(t, { kysely }, { columns })
      const user = await usersStore.create({ email: 'anna@example.com' }, { identity })
      t.strictSame(await usersStore.findByIdentity(identity), user)
      const tables = await kysely.introspection.getTables()
      t.ok(tables.some(table => table.name === 'latchkey_users'))
    })

    t.test('with migrate: false nothing is changed, and missing columns are reported', async t => {
      const kysely = await ownKysely(t, dialect)
      const register = async (options: object) => {
        const app = Fastify()
        t.teardown(() => app.close())
        await app.register(database, { kysely })
        await app.register(usersStore, { migrate: false, ...options })
        return app
      }
      const missing = { code: 'USERS_STORE_ERR_COLUMN_MISMATCH', message: /^Column hired_at of latchkey_users is missing: run migrateUsersStore/ }
      await t.rejects(register({ columns }), missing)
      t.strictSame(await kysely.introspection.getTables(), [])

      await migrateUsersStore(kysely)
      await t.rejects(register({ columns }), missing)

      await migrateUsersStore(kysely, columns)
      await migrateUsersStore(kysely, columns)
      const app = await register({ columns })
      t.match(await app.usersStore.create({ email: 'anna@example.com', hiredAt: '2026-01-31' } as { email: string }), { hiredAt: '2026-01-31T00:00:00.000Z' })
      await t.rejects(migrateUsersStore(kysely, { email: { type: 'string' } }), { code: 'USERS_STORE_ERR_INVALID_OPTIONS' })
    })
  })
}

t.test('sqlite: a deleted user leaves no identity behind if foreign keys are disabled', async t => {
  const app = await appOn(t, { kysely: await ownKysely(t, 'sqlite', { foreignKeys: false }) })
  const { id } = await app.usersStore.create({ email: 'anna@example.com' }, { identity })
  await app.usersStore.bindIdentity(id, { ...identity, subject: 'removed' }, 'anna@example.com')
  await app.usersStore.removeIdentity(id, { ...identity, subject: 'removed' })
  await app.usersStore.delete(id)
  t.strictSame(await counts(app), { users: 0, identities: 0 })
  t.strictSame(await app.db.selectFrom('latchkey_removed_identities').selectAll().execute(), [])
  await t.rejects(app.usersStore.bindIdentity(id, identity, 'anna@example.com'), { code: 'USERS_STORE_ERR_USER_NOT_FOUND' })
  t.strictSame(await counts(app), { users: 0, identities: 0 })
})
