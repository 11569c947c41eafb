import { databaseUrl, dialects } from '@latchkey/test-databases'
import { sql } from 'kysely'
import t from 'tap'
import { appOn, counts } from './helpers/app.js'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const issuer = 'https://id.example.com'

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const app = await appOn(t, { url: await databaseUrl(t, dialect) })
    const { db, usersStore } = app

    t.test('create returns the user with a normalized email, and null or the default for omitted fields', async t => {
      const user = await usersStore.create({ email: ' Plain@Example.COM ' })
      t.match(user, { id: UUID, createdAt: TIME })
      t.strictSame(user, {
        id: user.id,
        email: 'plain@example.com',
        firstName: null,
        lastName: null,
        status: 'active',
        timezone: null,
        avatar: null,
        origin: null,
        is8base: false,
        createdAt: user.createdAt,
        updatedAt: user.createdAt,
        createdBy: null
      })
    })

    t.test('create stores every field that can be given', async t => {
      const given = {
        email: 'full@example.com',
        firstName: 'Zoë 🦊',
        lastName: "O'Brien; --",
        status: 'invited',
        timezone: 'Europe/Berlin',
        avatar: { id: 'a1', downloadUrl: 'https://cdn.example.com/a1.png' },
        origin: 'invitation',
        createdBy: 'somebody'
      }
      const user = await usersStore.create(given)
      t.match(user, given)
      const row = await db.selectFrom('latchkey_users').selectAll().where('id', '=', user.id).executeTakeFirstOrThrow()
      t.strictSame(row, {
        id: user.id,
        email: 'full@example.com',
        first_name: 'Zoë 🦊',
        last_name: "O'Brien; --",
        status: 'invited',
        timezone: 'Europe/Berlin',
        avatar: '{"id":"a1","downloadUrl":"https://cdn.example.com/a1.png"}',
        origin: 'invitation',
        is_8base: dialect === 'sqlite' ? 0 : false,
        created_at: user.createdAt,
        updated_at: user.updatedAt,
        created_by: 'somebody'
      })
    })

    t.test('a user is found by id, by email in any spelling, and by each identity', async t => {
      const user = await usersStore.create({ email: 'found@straße.de' }, { identity: { issuer, subject: 'found' } })
      await usersStore.bindIdentity(user.id, { issuer: 'https://other.example.com', subject: 'found' }, 'found@straße.de')
      t.strictSame(await usersStore.findById(user.id), user)
      t.strictSame(await usersStore.findByEmail(' FOUND@xn--strae-oqa.de'), user)
      t.strictSame(await usersStore.findByIdentity({ issuer, subject: 'found' }), user)
      t.strictSame(await usersStore.findByIdentity({ issuer: 'https://other.example.com', subject: 'found' }), user)
    })

    t.test('finders return null if there is no such user, also for invalid input', async t => {
      await usersStore.create({ email: 'nobody@example.com' }, { identity: { issuer, subject: '\ufffd' } })
      const texts = ['', 'nobody', 'a\0', '\0', '\ud800', "' or '1'='1", 'x'.repeat(100_000)]
      for (const text of texts) {
        t.equal(await usersStore.findById(text), null)
        t.equal(await usersStore.findByEmail(text), null)
        t.equal(await usersStore.findByIdentity({ issuer, subject: text }), null)
        t.equal(await usersStore.findByIdentity({ issuer: text, subject: 'nobody' }), null)
        t.strictSame(await usersStore.identitiesOf(text), [])
      }
      t.equal(await usersStore.findById(undefined as unknown as string), null)
      t.equal(await usersStore.findByEmail(undefined as unknown as string), null)
    })

    t.test('issuer and subject are compared byte by byte', async t => {
      await usersStore.create({ email: 'bytes@example.com' }, { identity: { issuer, subject: 'Bytes' } })
      for (const other of [{ issuer, subject: 'bytes' }, { issuer, subject: 'Bytes ' }, { issuer: `${issuer}/`, subject: 'Bytes' }, { issuer: issuer.toUpperCase(), subject: 'Bytes' }]) {
        t.equal(await usersStore.findByIdentity(other), null)
      }
    })

    t.test('text sorts by its bytes', async t => {
      for (const name of ['é', 'b', 'Z', 'a', 'B', '_']) await usersStore.create({ email: `${name}-${name.codePointAt(0)}@example.com`, firstName: name, origin: 'sort' })
      const rows = await db.selectFrom('latchkey_users').select('first_name').where('origin', '=', 'sort').orderBy('first_name').execute()
      t.strictSame(rows.map(row => row.first_name), ['B', 'Z', '_', 'a', 'b', 'é'])
    })

    t.test('an email that another user has is refused, and nothing is stored', async t => {
      await usersStore.create({ email: 'taken@example.com' })
      const before = await counts(app)
      await t.rejects(usersStore.create({ email: 'TAKEN@example.com' }, { identity: { issuer, subject: 'taken' } }), { code: 'USERS_STORE_ERR_EMAIL_TAKEN', statusCode: 409 })
      t.strictSame(await counts(app), before)
    })

    t.test('an identity that is bound is refused, and the user is not stored either', async t => {
      await usersStore.create({ email: 'bound@example.com' }, { identity: { issuer, subject: 'bound' } })
      const before = await counts(app)
      await t.rejects(usersStore.create({ email: 'bound2@example.com' }, { identity: { issuer, subject: 'bound' } }), { code: 'USERS_STORE_ERR_IDENTITY_TAKEN', statusCode: 409 })
      t.strictSame(await counts(app), before)
      t.equal(await usersStore.findByEmail('bound2@example.com'), null)
    })

    t.test('inTransaction sees the user, and its changes are committed with it', async t => {
      t.plan(2)
      const user = await usersStore.create({ email: 'with@example.com' }, {
        identity: { issuer, subject: 'with' },
        inTransaction: async (transaction, user) => {
          t.strictSame(await transaction.selectFrom('latchkey_user_identities').select(['subject', 'email']).where('user_id', '=', user.id).execute(), [{ subject: 'with', email: 'with@example.com' }])
          await transaction.updateTable('latchkey_users').set({ status: 'greeted' }).where('id', '=', user.id).execute()
        }
      })
      t.match(await usersStore.findById(user.id), { status: 'greeted' })
    })

    t.test('an error thrown by inTransaction is rethrown and rolls everything back', async t => {
      const before = await counts(app)
      const failure = new Error('UNIQUE constraint failed: latchkey_users.email')
      const thrown = await usersStore.create({ email: 'undone@example.com' }, {
        identity: { issuer, subject: 'undone' },
        inTransaction: async () => { throw failure }
      }).catch((error: unknown) => error)
      t.equal(thrown, failure, 'as it is, though it reads like a rule of ours')
      t.strictSame(await counts(app), before)
    })

    t.test('update changes the given fields and updatedAt, and leaves the rest unchanged', async t => {
      const user = await usersStore.create({ email: 'update@example.com', firstName: 'Anna', lastName: 'Smith', avatar: { id: 'a', downloadUrl: null } })
      await new Promise(resolve => setTimeout(resolve, 2))
      const updated = await usersStore.update(user.id, { email: ' Updated@Example.com', lastName: null, firstName: undefined, status: 'blocked' })
      t.strictSame(updated, { ...user, email: 'updated@example.com', lastName: null, status: 'blocked', updatedAt: updated.updatedAt })
      t.ok(updated.updatedAt > user.updatedAt)
      t.strictSame(await usersStore.findById(user.id), updated)
      t.equal(await usersStore.findByEmail('update@example.com'), null)
    })

    t.test('update refuses the email of another user, and accepts the user\'s own', async t => {
      const user = await usersStore.create({ email: 'mine@example.com' })
      await usersStore.create({ email: 'theirs@example.com' })
      await t.rejects(usersStore.update(user.id, { email: 'Theirs@example.com', firstName: 'x' }), { code: 'USERS_STORE_ERR_EMAIL_TAKEN' })
      t.strictSame(await usersStore.findById(user.id), user)
      t.match(await usersStore.update(user.id, { email: 'MINE@example.com' }), { email: 'mine@example.com' })
    })

    t.test('delete removes the user and its identities, and nobody else\'s', async t => {
      const user = await usersStore.create({ email: 'gone@example.com' }, { identity: { issuer, subject: 'gone' } })
      await usersStore.bindIdentity(user.id, { issuer, subject: 'gone too' }, 'gone@example.com')
      const other = await usersStore.create({ email: 'stays@example.com' }, { identity: { issuer, subject: 'stays' } })
      const before = await counts(app)
      await usersStore.delete(user.id)
      t.strictSame(await counts(app), { users: before.users - 1, identities: before.identities - 2 })
      t.equal(await usersStore.findByIdentity({ issuer, subject: 'gone' }), null)
      t.strictSame(await usersStore.findByIdentity({ issuer, subject: 'stays' }), other)
      await usersStore.create({ email: 'gone@example.com' }, { identity: { issuer, subject: 'gone' } })
    })

    t.test('update, delete and bind report an unknown user', async t => {
      const missing = { code: 'USERS_STORE_ERR_USER_NOT_FOUND', statusCode: 404 }
      const before = await counts(app)
      for (const id of ['', 'nobody', 'a\0', '\ud800']) {
        await t.rejects(usersStore.update(id, { firstName: 'x' }), missing)
        await t.rejects(usersStore.delete(id), missing)
        await t.rejects(usersStore.bindIdentity(id, { issuer, subject: 'nobody at all' }, 'nobody@example.com'), missing)
      }
      t.strictSame(await counts(app), before)
    })

    t.test('identities are listed oldest first', async t => {
      const user = await usersStore.create({ email: 'list@example.com' }, { identity: { issuer, subject: 'z' } })
      for (const subject of ['y', 'x']) {
        await new Promise(resolve => setTimeout(resolve, 2))
        await usersStore.bindIdentity(user.id, { issuer, subject }, 'list@example.com')
      }
      t.strictSame(await usersStore.identitiesOf(user.id), [{ issuer, subject: 'z' }, { issuer, subject: 'y' }, { issuer, subject: 'x' }])
    })

    t.test('binding an identity again to the same user only updates the normalized email', async t => {
      const user = await usersStore.create({ email: 'again@example.com' }, { identity: { issuer, subject: 'again' } })
      const identity = () => db.selectFrom('latchkey_user_identities').selectAll().where('subject', '=', 'again').execute()
      const [before] = await identity()
      await usersStore.bindIdentity(user.id, { issuer, subject: 'again' }, 'Renamed@Example.com')
      t.strictSame(await identity(), [{ ...before, email: 'renamed@example.com' }])
    })

    t.test('noteEmail binds nothing, neither an unbound identity nor one of another user', async t => {
      const user = await usersStore.create({ email: 'noting@example.com' }, { identity: { issuer, subject: 'noting' } })
      const other = await usersStore.create({ email: 'not.noting@example.com' })
      const noted = async () => await db.selectFrom('latchkey_user_identities').select(['user_id', 'email', 'email_verified']).where('subject', 'in', ['noting', 'removed']).execute()
      await usersStore.noteEmail(user.id, { issuer, subject: 'noting', emailVerified: true }, 'Noting@Example.com')
      const [first] = await noted()
      t.strictSame({ ...first, email_verified: Boolean(first?.email_verified) }, { user_id: user.id, email: 'noting@example.com', email_verified: true })
      await usersStore.noteEmail(user.id, { issuer, subject: 'removed' }, 'noting@example.com')
      await usersStore.noteEmail(other.id, { issuer, subject: 'noting' }, 'other@example.com')
      await usersStore.noteEmail('a\0b', { issuer, subject: 'noting' }, 'other@example.com')
      t.strictSame(await noted(), [first])
      await t.rejects(usersStore.noteEmail(user.id, { issuer, subject: 'noting' }, 'none'), { code: 'USERS_STORE_ERR_INVALID_EMAIL' })
      await t.rejects(usersStore.noteEmail(user.id, { issuer, subject: '' }, 'noting@example.com'), { code: 'USERS_STORE_ERR_INVALID_USER' })
    })

    t.test('inTransaction of bindIdentity sees the identities before and after, and can roll back', async t => {
      const user = await usersStore.create({ email: 'binding@example.com' }, { identity: { issuer, subject: 'binding' } })
      const first = { issuer, subject: 'binding' }
      const second = { issuer, subject: 'binding more' }
      const told: unknown[] = []
      const bind = async (subject: string) => {
        await usersStore.bindIdentity(user.id, { issuer, subject }, 'binding@example.com', {
          inTransaction: async (transaction, change) => {
            told.push(change)
            await transaction.updateTable('latchkey_users').set({ first_name: subject }).where('id', '=', user.id).execute()
          }
        })
      }
      const undone = new Error('undone')
      await t.rejects(usersStore.bindIdentity(user.id, second, 'binding@example.com', { inTransaction: async () => { throw undone } }), undone)
      t.strictSame(await usersStore.identitiesOf(user.id), [first])
      await bind('binding more')
      await bind('binding')
      t.strictSame(told, [{ before: [first], after: [first, second] }, { before: [first, second], after: [first, second] }], 'the same, where it was bound already')
      t.equal((await usersStore.findById(user.id))?.firstName, 'binding')
      const other = await usersStore.create({ email: 'not.bound@example.com' })
      const options = { inTransaction: async () => { t.fail('nothing was bound') } }
      await t.rejects(usersStore.bindIdentity(other.id, first, 'other@example.com', options), { code: 'USERS_STORE_ERR_IDENTITY_TAKEN' })
      await t.rejects(usersStore.bindIdentity('nobody', { issuer, subject: 'x' }, 'other@example.com', options), { code: 'USERS_STORE_ERR_USER_NOT_FOUND' })
      await t.rejects(usersStore.bindIdentity('a\0b', { issuer, subject: 'x' }, 'other@example.com', options), { code: 'USERS_STORE_ERR_USER_NOT_FOUND' })
    })

    t.test('a removed identity is unbound, and is bound to its user again only with evenIfRemoved', async t => {
      const [first, second] = [{ issuer, subject: 'removing' }, { issuer, subject: 'removing more' }]
      const user = await usersStore.create({ email: 'removing@example.com' }, { identity: first })
      await usersStore.bindIdentity(user.id, second, 'removing@example.com')
      const told: unknown[] = []
      await usersStore.removeIdentity(user.id, second, {
        inTransaction: async (transaction, change) => {
          told.push(change)
          await transaction.updateTable('latchkey_users').set({ first_name: 'told' }).where('id', '=', user.id).execute()
        }
      })
      t.strictSame(told, [{ before: [first, second], after: [first] }])
      t.equal((await usersStore.findById(user.id))?.firstName, 'told', 'what goes with it is one with it')
      t.equal(await usersStore.findByIdentity(second), null)
      t.strictSame([await usersStore.isRemoved(user.id, second), await usersStore.isRemoved(user.id, first), await usersStore.isRemoved('a\0b', second)], [true, false, false])
      for (const options of [undefined, {}, { inTransaction: async () => { t.fail('nothing was bound') } }, { evenIfRemoved: false }]) {
        await t.rejects(usersStore.bindIdentity(user.id, second, 'removing@example.com', options), { code: 'USERS_STORE_ERR_IDENTITY_REMOVED', statusCode: 409 })
      }
      const other = await usersStore.create({ email: 'not.removing@example.com' })
      t.equal(await usersStore.isRemoved(other.id, second), false)
      await usersStore.bindIdentity(other.id, second, 'not.removing@example.com')
      await usersStore.removeIdentity(other.id, second)
      await usersStore.bindIdentity(user.id, second, 'removing@example.com', { evenIfRemoved: true })
      t.strictSame(await usersStore.identitiesOf(user.id), [first, second])
      t.equal(await usersStore.isRemoved(user.id, second), false, 'then it is as if it never had been')
      t.equal(await usersStore.isRemoved(other.id, second), true, 'and of another user it stays removed')
    })

    t.test('a removal that is rolled back, or of an identity that is not the user\'s, changes nothing', async t => {
      const identity = { issuer, subject: 'kept' }
      const user = await usersStore.create({ email: 'kept@example.com' }, { identity })
      const other = await usersStore.create({ email: 'not.kept@example.com' }, { identity: { issuer, subject: 'not kept' } })
      const undone = new Error('undone')
      await t.rejects(usersStore.removeIdentity(user.id, identity, { inTransaction: async () => { throw undone } }), undone)
      const options = { inTransaction: async () => { t.fail('nothing was removed') } }
      const notFound = { code: 'USERS_STORE_ERR_IDENTITY_NOT_FOUND', statusCode: 404 }
      for (const wrong of [{ issuer, subject: 'not kept' }, { issuer, subject: 'Kept' }, { issuer: `${issuer}/`, subject: 'kept' }]) await t.rejects(usersStore.removeIdentity(user.id, wrong, options), notFound)
      await t.rejects(usersStore.removeIdentity(other.id, identity, options), notFound)
      for (const id of ['nobody', 'a\0b']) await t.rejects(usersStore.removeIdentity(id, identity, options), { code: 'USERS_STORE_ERR_USER_NOT_FOUND' })
      await t.rejects(usersStore.removeIdentity(user.id, identity, { ...options, where: sql<boolean>`latchkey_users.email = 'not.kept@example.com'` }), { code: 'USERS_STORE_ERR_USER_NOT_FOUND' }, 'who does not meet the condition is not there')
      await t.rejects(usersStore.removeIdentity(user.id, { issuer, subject: '' }), { code: 'USERS_STORE_ERR_INVALID_USER' })
      t.strictSame(await usersStore.identitiesOf(user.id), [identity])
      t.equal(await usersStore.isRemoved(user.id, identity), false)
    })

    t.test('a removed identity is restored as it was, unless it is now bound to another user', async t => {
      const identity = { issuer, subject: 'back', emailVerified: true }
      const user = await usersStore.create({ email: 'back@example.com' }, { identity })
      const row = async () => await db.selectFrom('latchkey_user_identities').selectAll().where('subject', '=', 'back').execute()
      const before = await row()
      await t.rejects(usersStore.restoreIdentity(user.id, identity), { code: 'USERS_STORE_ERR_IDENTITY_NOT_FOUND' }, 'it was not removed')
      await usersStore.removeIdentity(user.id, identity)
      t.strictSame(await row(), [])
      const undone = new Error('undone')
      await t.rejects(usersStore.restoreIdentity(user.id, identity, { inTransaction: async () => { throw undone } }), undone)
      await t.rejects(usersStore.restoreIdentity(user.id, identity, { where: sql<boolean>`latchkey_users.email = 'x'` }), { code: 'USERS_STORE_ERR_USER_NOT_FOUND' })
      const told: unknown[] = []
      await usersStore.restoreIdentity(user.id, identity, { inTransaction: async (_transaction, change) => { told.push(change) } })
      t.strictSame(told, [{ before: [], after: [{ issuer, subject: 'back' }] }])
      t.strictSame(await row(), before)
      await t.rejects(usersStore.restoreIdentity(user.id, identity), { code: 'USERS_STORE_ERR_IDENTITY_NOT_FOUND' }, 'once')

      await usersStore.removeIdentity(user.id, identity)
      const other = await usersStore.create({ email: 'elsewhere@example.com' }, { identity })
      await t.rejects(usersStore.restoreIdentity(user.id, identity), { code: 'USERS_STORE_ERR_IDENTITY_TAKEN' })
      t.strictSame(await usersStore.findByIdentity(identity), other)
      t.equal(await usersStore.isRemoved(user.id, identity), true)
      await usersStore.delete(user.id)
      t.strictSame(await db.selectFrom('latchkey_removed_identities').selectAll().where('user_id', '=', user.id).execute(), [], 'what was removed of a user goes with the user')
    })

    t.test('an identity of another user is refused, and stays as it was', async t => {
      const owner = await usersStore.create({ email: 'owner@example.com' }, { identity: { issuer, subject: 'owner' } })
      const thief = await usersStore.create({ email: 'thief@example.com' })
      await t.rejects(usersStore.bindIdentity(thief.id, { issuer, subject: 'owner' }, 'thief@example.com'), { code: 'USERS_STORE_ERR_IDENTITY_TAKEN' })
      t.strictSame(await usersStore.findByIdentity({ issuer, subject: 'owner' }), owner)
      t.strictSame(await db.selectFrom('latchkey_user_identities').select('email').where('subject', '=', 'owner').execute(), [{ email: 'owner@example.com' }])
      t.strictSame(await usersStore.identitiesOf(thief.id), [])
    })
  })
}
