import { databaseUrl, dialects } from '@latchkey/test-databases'
import t from 'tap'
import type { UsersStore } from '../src/index.js'
import { appOn, counts, freshApp } from './helpers/app.js'

const issuer = 'https://id.example.com'
const range = (length: number) => Array.from({ length }, (_, index) => index)

/** How many calls succeeded, and how many failed with each code. */
async function outcomes (calls: Promise<unknown>[]): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const result of await Promise.allSettled(calls)) {
    const outcome = result.status === 'fulfilled' ? 'done' : String((result.reason as { code?: string }).code ?? result.reason)
    found[outcome] = (found[outcome] ?? 0) + 1
  }
  return found
}

for (const dialect of dialects) {
  t.test(dialect, async t => {
    // Keeps the server of this file running between the tests.
    await databaseUrl(t, dialect)

    t.test('of 200 that create one email at once, one does', async t => {
      const app = await freshApp(t, dialect)
      const calls = range(200).map(index => app.usersStore.create({ email: index % 2 ? 'ONE@example.com' : 'one@example.com' }, { identity: { issuer, subject: `s${index}` } }))
      t.strictSame(await outcomes(calls), { done: 1, USERS_STORE_ERR_EMAIL_TAKEN: 199 })
      t.strictSame(await counts(app), { users: 1, identities: 1 })
    })

    t.test('of 200 that create different emails at once, all do', async t => {
      const app = await freshApp(t, dialect)
      const calls = range(200).map(index => app.usersStore.create({ email: `u${index}@example.com` }, {
        identity: { issuer, subject: `s${index}` },
        inTransaction: async (transaction, user) => {
          await transaction.updateTable('latchkey_users').set({ origin: 'test' }).where('id', '=', user.id).execute()
        }
      }))
      t.strictSame(await outcomes(calls), { done: 200 })
      t.strictSame(await counts(app), { users: 200, identities: 200 })
      t.equal((await app.db.selectFrom('latchkey_users').select('id').where('origin', '=', 'test').execute()).length, 200)
    })

    t.test('of 50 that create different emails with one identity at once, one does', async t => {
      const app = await freshApp(t, dialect)
      const calls = range(50).map(index => app.usersStore.create({ email: `u${index}@example.com` }, { identity: { issuer, subject: 'one' } }))
      t.strictSame(await outcomes(calls), { done: 1, USERS_STORE_ERR_IDENTITY_TAKEN: 49 })
      t.strictSame(await counts(app), { users: 1, identities: 1 })
    })

    t.test('of 50 users who are bound to one identity at once, one is; and 50 times the same user does no harm', async t => {
      const app = await freshApp(t, dialect)
      const users = await Promise.all(range(50).map(index => app.usersStore.create({ email: `u${index}@example.com` })))
      const bind = (id: string, subject: string) => app.usersStore.bindIdentity(id, { issuer, subject }, 'one@example.com')
      t.strictSame(await outcomes(users.map(user => bind(user.id, 'one'))), { done: 1, USERS_STORE_ERR_IDENTITY_TAKEN: 49 })
      t.strictSame(await outcomes(range(50).map(() => bind(users[0]?.id ?? '', 'same'))), { done: 50 })
      t.strictSame(await counts(app), { users: 50, identities: 2 })
    })

    t.test('of 50 users who take one email at once, one does', async t => {
      const app = await freshApp(t, dialect)
      const users = await Promise.all(range(50).map(index => app.usersStore.create({ email: `u${index}@example.com` })))
      t.strictSame(await outcomes(users.map(user => app.usersStore.update(user.id, { email: 'one@example.com' }))), { done: 1, USERS_STORE_ERR_EMAIL_TAKEN: 49 })
    })

    t.test('users who take each other\'s email at once are all refused, and none waits for ever', async t => {
      const app = await freshApp(t, dialect)
      const users = await Promise.all(range(20).map(index => app.usersStore.create({ email: `u${index}@example.com` })))
      const calls = users.map((user, index) => app.usersStore.update(user.id, { email: users[index ^ 1]?.email ?? '' }))
      t.strictSame(await outcomes(calls), { USERS_STORE_ERR_EMAIL_TAKEN: 20 })
      t.strictSame(await Promise.all(users.map(user => app.usersStore.findById(user.id))), users)
    })

    t.test('binding to a user who is deleted meanwhile leaves no identity behind', async t => {
      const app = await freshApp(t, dialect)
      const deleteWhileBinding = async (store: UsersStore, index: number) => {
        const { id } = await store.create({ email: `u${index}@example.com` }, { identity: { issuer, subject: `s${index}` } })
        return [
          store.bindIdentity(id, { issuer, subject: `t${index}` }, 'x@example.com'),
          store.delete(id),
          store.bindIdentity(id, { issuer, subject: `s${index}` }, 'x@example.com'),
          store.delete(id)
        ]
      }
      const calls = (await Promise.all(range(30).map(index => deleteWhileBinding(app.usersStore, index)))).flat()
      const { done = 0, USERS_STORE_ERR_USER_NOT_FOUND: notFound = 0, ...others } = await outcomes(calls)
      t.strictSame(others, {})
      t.ok(done >= 30 && notFound >= 30, `${done} done, ${notFound} not found`)
      t.strictSame(await counts(app), { users: 0, identities: 0 })
    })
  })
}

t.test('postgres: any number of copies of an app may start at once on an empty database', async t => {
  const url = await databaseUrl(t, 'postgres')
  const columns = { level: { type: 'number' }, hiredAt: { type: 'date' } } as const
  const apps = await Promise.all(range(4).map(() => appOn(t, { url }, { columns })))
  const [first, last] = [apps[0], apps[3]]
  const user = await first?.usersStore.create({ email: 'anna@example.com' })
  t.strictSame(await last?.usersStore.findByEmail('anna@example.com'), user)
})
