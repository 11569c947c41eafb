import { databaseUrl, dialects } from '@latchkey/test-databases'
import t from 'tap'
import { counts, freshApp } from './helpers/app.js'
import { outcomes, range } from './helpers/outcomes.js'

const issuer = 'https://id.example.com'

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

    t.test('of 50 that bind the same identity at once, one sees that it was not bound before', async t => {
      const app = await freshApp(t, dialect)
      const { id } = await app.usersStore.create({ email: 'u@example.com' })
      const told: number[] = []
      const options = {
        inTransaction: async (_transaction: unknown, { before }: { before: readonly unknown[] | null }) => {
          told.push(before?.length ?? -1)
          // Long enough for the others to read, if they did not wait for the lock.
          if (told.length === 1) await new Promise(resolve => setTimeout(resolve, 200))
        }
      }
      t.strictSame(await outcomes(range(50).map(() => app.usersStore.bindIdentity(id, { issuer, subject: 'one' }, 'u@example.com', options))), { done: 50 })
      t.strictSame(told.sort(), [0, ...range(49).map(() => 1)])
      const users = await Promise.all(range(50).map(index => app.usersStore.create({ email: `u${index}@example.com` })))
      t.strictSame(await outcomes(users.map(user => app.usersStore.bindIdentity(user.id, { issuer, subject: 'two' }, 'u@example.com', options))), { done: 1, USERS_STORE_ERR_IDENTITY_TAKEN: 49 })
    })

    t.test('of 50 that remove the same identity at once, one succeeds; concurrent removals of different identities see each other\'s results', async t => {
      const app = await freshApp(t, dialect)
      const { id } = await app.usersStore.create({ email: 'u@example.com' }, { identity: { issuer, subject: '0' } })
      for (const subject of range(20).slice(1)) await app.usersStore.bindIdentity(id, { issuer, subject: String(subject) }, 'u@example.com')
      t.strictSame(await outcomes(range(50).map(() => app.usersStore.removeIdentity(id, { issuer, subject: '0' }))), { done: 1, USERS_STORE_ERR_IDENTITY_NOT_FOUND: 49 })
      // As a caller does that must keep one identity.
      const keepOne = { inTransaction: async (_transaction: unknown, { after }: { after: readonly unknown[] | null }) => { if (after?.length === 0) throw Object.assign(new Error(), { code: 'LAST' }) } }
      t.strictSame(await outcomes(range(20).slice(1).map(subject => app.usersStore.removeIdentity(id, { issuer, subject: String(subject) }, keepOne))), { done: 18, LAST: 1 })
      t.strictSame(await counts(app), { users: 1, identities: 1 })
    })

    t.test('binding an identity that is being removed does not bring it back', async t => {
      const app = await freshApp(t, dialect)
      const identity = { issuer, subject: 'one' }
      const { id } = await app.usersStore.create({ email: 'u@example.com' }, { identity })
      let bound: Promise<Record<string, number>> | undefined
      await app.usersStore.removeIdentity(id, identity, {
        inTransaction: async () => {
          bound = outcomes(range(20).map(() => app.usersStore.bindIdentity(id, identity, 'u@example.com')))
          await new Promise(resolve => setTimeout(resolve, 100))
        }
      })
      t.strictSame(await bound, { USERS_STORE_ERR_IDENTITY_REMOVED: 20 })
      t.strictSame(await counts(app), { users: 1, identities: 0 })
    })

    t.test('of 50 users who take one email at once, one does', async t => {
      const app = await freshApp(t, dialect)
      const users = await Promise.all(range(50).map(index => app.usersStore.create({ email: `u${index}@example.com` })))
      t.strictSame(await outcomes(users.map(user => app.usersStore.update(user.id, { email: 'one@example.com' }))), { done: 1, USERS_STORE_ERR_EMAIL_TAKEN: 49 })
    })

    t.test('binding to a user who is deleted meanwhile leaves no identity behind', async t => {
      const app = await freshApp(t, dialect)
      const users = await Promise.all(range(30).map(index => app.usersStore.create({ email: `u${index}@example.com` }, { identity: { issuer, subject: `s${index}` } })))
      const calls = users.flatMap(({ id }, index) => [
        app.usersStore.bindIdentity(id, { issuer, subject: `t${index}` }, 'x@example.com'),
        app.usersStore.delete(id),
        app.usersStore.bindIdentity(id, { issuer, subject: `s${index}` }, 'x@example.com'),
        app.usersStore.delete(id)
      ])
      const { done = 0, USERS_STORE_ERR_USER_NOT_FOUND: notFound = 0, ...others } = await outcomes(calls)
      t.strictSame(others, {})
      t.ok(done >= 30 && notFound >= 30, `${done} done, ${notFound} not found`)
      t.strictSame(await counts(app), { users: 0, identities: 0 })
    })
  })
}
