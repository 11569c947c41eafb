import auditLog from '@latchkey/audit-log'
import { dialects } from '@latchkey/test-databases'
import type { Identity } from '@latchkey/token-verifier'
import { emailMismatches, type UsersStore } from '@latchkey/users-store'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { createIdentityResolution } from '../dist/identity-resolution.js'
import type { AuthenticationProfile } from '../dist/index.js'
import { prepareFindByIdentity } from '../dist/principal-query.js'
import { startApp } from './helpers/app.js'

/** Every event of the audit log, as it was noted. */
const eventsOf = async ({ auditLog, db }: FastifyInstance) => await auditLog.read((await db.selectFrom('latchkey_audit_events').select('id').execute()).map(({ id }) => id))
const withAuditLog = async (app: FastifyInstance) => { await app.register(auditLog) }

const jane = { subject: 'jane', email: 'jane@example.com' }

for (const dialect of dialects) {
  t.test(dialect, async t => {
    t.test('an identity that nobody has signed up with is not found', async t => {
      const { app, identity } = await startApp(t, dialect)
      await t.rejects(app.authProfiles.resolve(await identity(0, jane)), { code: 'AUTH_PROFILES_ERR_USER_NOT_FOUND', statusCode: 404, message: 'User not found' })
    })

    t.test('a bound identity resolves to its user and a principal with the current roles', async t => {
      const { app, identity } = await startApp(t, dialect)
      const signedUp = await app.authProfiles.signUp(await identity(0, jane), { user: { email: jane.email } })
      const guest = app.rolePermissions.find({ name: 'Guest' })
      const editor = app.rolePermissions.find({ name: 'Editor' })
      await app.rolePermissions.assign(signedUp.user.id, [editor?.id as string])
      const resolved = await app.authProfiles.resolve(await identity(0, jane))
      t.strictSame(resolved.user, signedUp.user)
      t.match(resolved.principal, { kind: 'user', userId: signedUp.user.id, email: jane.email })
      t.strictSame([...resolved.principal.roles].sort(), [guest?.id, editor?.id].sort())

      await app.rolePermissions.unassign(signedUp.user.id, [guest?.id as string, editor?.id as string])
      t.strictSame((await app.authProfiles.resolve(await identity(0, jane))).principal.roles, [])
    })

    t.test('the same subject of another issuer is somebody else', async t => {
      const { app, identity } = await startApp(t, dialect, [{}, {}])
      await app.authProfiles.signUp(await identity(0, jane), { user: { email: jane.email } })
      await t.rejects(app.authProfiles.resolve(await identity(1, { ...jane, email: 'other@example.com' })), { code: 'AUTH_PROFILES_ERR_USER_NOT_FOUND' })
    })

    t.test('a bound token whose email differs only in case is the same', async t => {
      const { app, identity } = await startApp(t, dialect)
      const { user } = await app.authProfiles.signUp(await identity(0, jane), { user: { email: jane.email } })
      t.equal((await app.authProfiles.resolve(await identity(0, { ...jane, email: 'Jane@EXAMPLE.com' }))).user.id, user.id)
    })

    t.test('a bound token whose email differs from the record is refused, and the record stays', async t => {
      const { app, identity } = await startApp(t, dialect)
      const { user } = await app.authProfiles.signUp(await identity(0, jane), { user: { email: jane.email } })
      await t.rejects(app.authProfiles.resolve(await identity(0, { ...jane, email: 'new@example.com' })), { code: 'AUTH_PROFILES_ERR_EMAIL_MISMATCH', statusCode: 403 })
      t.equal((await app.usersStore.findById(user.id))?.email, jane.email)
    })

    t.test('onEmailChange "update": the user follows a verified email, but no other', async t => {
      const { app, identity } = await startApp(t, dialect, [{ onEmailChange: 'update' }])
      const { user } = await app.authProfiles.signUp(await identity(0, jane), { user: { email: jane.email } })
      await t.rejects(app.authProfiles.resolve(await identity(0, { ...jane, email: 'new@example.com', emailVerified: false })), { code: 'AUTH_PROFILES_ERR_EMAIL_MISMATCH' })
      await t.rejects(app.authProfiles.resolve(await identity(0, { ...jane, email: 'new@example.com', claims: { email_verified: undefined } })), { code: 'AUTH_PROFILES_ERR_EMAIL_MISMATCH' })
      const followed = await app.authProfiles.resolve(await identity(0, { ...jane, email: 'New@example.com' }))
      t.match(followed, { user: { id: user.id, email: 'new@example.com' }, principal: { email: 'new@example.com' } })
      t.equal((await app.usersStore.findById(user.id))?.email, 'new@example.com')
    })

    t.test('onEmailChange "update": an email that another user has is refused', async t => {
      const { app, identity } = await startApp(t, dialect, [{ onEmailChange: 'update' }])
      await app.usersStore.create({ email: 'taken@example.com' })
      await app.authProfiles.signUp(await identity(0, jane), { user: { email: jane.email } })
      await t.rejects(app.authProfiles.resolve(await identity(0, { ...jane, email: 'taken@example.com' })), { code: 'AUTH_PROFILES_ERR_EMAIL_MISMATCH' })
    })

    t.test('the email of a refused token is stored once, and again when the emails match', async t => {
      const { app, identity } = await startApp(t, dialect)
      const { user } = await app.authProfiles.signUp(await identity(0, jane), { user: { email: jane.email } })
      const mismatches = async () => (await emailMismatches(app.db)).map(({ userId, userEmail, email, emailVerified }) => ({ userId, userEmail, email, emailVerified }))
      t.strictSame(await mismatches(), [])
      let writes = 0
      const store: UsersStore = { ...app.usersStore, noteEmail: async (...given) => { writes++; await app.usersStore.noteEmail(...given) } }
      const resolve = createIdentityResolution({ findByIdentity: prepareFindByIdentity(app.db, {}), usersStore: store, db: app.db, isVouchedFor: async () => true, auditLog: () => null, log: app.log })
      const [profile] = app.authProfiles.list()
      const ask = async (token: Identity): Promise<unknown> => await resolve(token, profile as AuthenticationProfile)

      const unverified = await identity(0, { ...jane, email: 'new@example.com', emailVerified: false })
      for (let again = 0; again < 3; again++) await t.rejects(ask(unverified), { code: 'AUTH_PROFILES_ERR_EMAIL_MISMATCH' })
      t.strictSame(await mismatches(), [{ userId: user.id, userEmail: jane.email, email: 'new@example.com', emailVerified: false }])
      t.equal(writes, 1)
      for (let again = 0; again < 3; again++) await t.rejects(ask(await identity(0, { ...jane, email: 'New@example.com' })), { code: 'AUTH_PROFILES_ERR_EMAIL_MISMATCH' })
      t.strictSame(await mismatches(), [{ userId: user.id, userEmail: jane.email, email: 'new@example.com', emailVerified: true }])
      t.equal(writes, 2)

      for (let again = 0; again < 3; again++) await ask(await identity(0, jane))
      t.strictSame(await mismatches(), [])
      t.equal(writes, 3)
    })

    t.test('lookUp reports the state of an identity without doing anything', async t => {
      const { app, identity } = await startApp(t, dialect, [{}, { linkByEmail: 'never', onEmailChange: 'update', selfSignUp: 'off' }])
      const { lookUp, signUp } = app.authProfiles
      t.strictSame(await lookUp(await identity(0, jane)), { kind: 'nobody', waiting: false, refusal: null })
      t.match(await lookUp(await identity(1, jane)), { kind: 'nobody', waiting: false, refusal: /does not allow this email to sign up/ })
      const { user } = await signUp(await identity(0, jane), { user: { email: jane.email } })
      t.match(await lookUp(await identity(0, jane)), { kind: 'bound', bound: { user: { id: user.id } } })
      t.match(await lookUp(await identity(0, { ...jane, email: 'new@example.com' })), { kind: 'email_differs', follows: false })
      t.match(await lookUp(await identity(1, jane)), { kind: 'same_email', links: false, obstacle: 'profile', user: { id: user.id } })
      t.match(await lookUp(await identity(0, { subject: 'other', email: jane.email })), { kind: 'same_email', links: true, obstacle: null })
      t.match(await lookUp(await identity(0, { subject: 'other', email: jane.email, emailVerified: false })), { kind: 'same_email', links: false, obstacle: 'token' })
      await app.usersStore.bindIdentity(user.id, await identity(1, jane), jane.email)
      t.match(await lookUp(await identity(1, { ...jane, email: 'new@example.com' })), { kind: 'email_differs', follows: true })
      t.match(await lookUp(await identity(1, { ...jane, email: 'new@example.com', emailVerified: false })), { kind: 'email_differs', follows: false })
      t.strictSame([await app.usersStore.findById(user.id), (await app.usersStore.identitiesOf(user.id)).length], [user, 2])
    })

    const linking = [
      { linkByEmail: undefined, emailVerified: true, binds: true },
      { linkByEmail: undefined, emailVerified: false, binds: false },
      { linkByEmail: undefined, emailVerified: undefined, binds: false },
      { linkByEmail: 'never', emailVerified: true, binds: false },
      { linkByEmail: 'always', emailVerified: false, binds: true },
      { linkByEmail: 'always', emailVerified: undefined, binds: true }
    ] as const
    for (const { linkByEmail, emailVerified, binds } of linking) {
      t.test(`linkByEmail ${linkByEmail ?? '(default)'}: an unbound identity with email_verified ${emailVerified} and the email of a user ${binds ? 'is bound to it' : 'is refused'}`, async t => {
        const { app, identity } = await startApp(t, dialect, [linkByEmail === undefined ? {} : { linkByEmail }])
        const user = await app.usersStore.create({ email: jane.email })
        const token = await identity(0, { ...jane, claims: { email_verified: emailVerified } })
        if (binds) {
          t.equal((await app.authProfiles.resolve(token)).user.id, user.id)
          t.strictSame((await app.usersStore.identitiesOf(user.id)).map(({ subject }) => subject), ['jane'])
        } else {
          await t.rejects(app.authProfiles.resolve(token), { code: 'AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED', statusCode: 403 })
          t.strictSame(await app.usersStore.identitiesOf(user.id), [])
        }
      })
    }

    t.test('a hundred first requests of one linked identity at once bind it once', async t => {
      const { app, identity } = await startApp(t, dialect)
      const user = await app.usersStore.create({ email: jane.email })
      const token = await identity(0, jane)
      const resolved = await Promise.all(Array.from({ length: 100 }, async () => await app.authProfiles.resolve(token)))
      t.ok(resolved.every(one => one.user.id === user.id))
      t.equal((await app.usersStore.identitiesOf(user.id)).length, 1)
    })

    t.test('binding an identity by email is recorded in the audit log once, in the same transaction', async t => {
      const { app, identity } = await startApp(t, dialect, [{}], {}, withAuditLog)
      const user = await app.usersStore.create({ email: jane.email }, { identity: { issuer: 'https://old.example.com', subject: 'j', emailVerified: true } })
      const token = await identity(0, jane)
      await Promise.all(Array.from({ length: 20 }, async () => await app.authProfiles.resolve(token)))
      await app.authProfiles.signUp(token, { user: { email: jane.email } })
      const old = { issuer: 'https://old.example.com', subject: 'j' }
      t.match(await eventsOf(app), [{
        actorKind: 'user',
        actorId: user.id,
        actorName: jane.email,
        action: 'update',
        table: 'Users',
        recordId: user.id,
        before: { identities: [old] },
        after: { identities: [old, { issuer: token.issuer, subject: 'jane' }] }
      }])
      t.equal((await eventsOf(app)).length, 1)

      await app.db.schema.alterTable('latchkey_audit_events').renameTo('gone').execute()
      await t.rejects(app.authProfiles.resolve(await identity(0, { ...jane, subject: 'another' })))
      t.equal((await app.usersStore.identitiesOf(user.id)).length, 2)
    })

    t.test('an email update from a token is recorded in the audit log once, in the same transaction', async t => {
      const { app, identity } = await startApp(t, dialect, [{ onEmailChange: 'update' }], {}, withAuditLog)
      const { user } = await app.authProfiles.signUp(await identity(0, jane), { user: { email: jane.email } })
      await app.db.deleteFrom('latchkey_audit_events').execute()
      const token = await identity(0, { ...jane, email: 'New@example.com' })
      await Promise.all(Array.from({ length: 20 }, async () => await app.authProfiles.resolve(token)))
      const events = await eventsOf(app)
      t.match(events, [{ actorKind: 'user', actorId: user.id, actorName: jane.email, action: 'update', table: 'Users', recordId: user.id }])
      t.strictSame(events.map(({ before, after }) => ({ before, after })), [{ before: { email: jane.email }, after: { email: 'new@example.com' } }])

      await app.usersStore.create({ email: 'taken@example.com' })
      await t.rejects(app.authProfiles.resolve(await identity(0, { ...jane, email: 'taken@example.com' })), { code: 'AUTH_PROFILES_ERR_EMAIL_MISMATCH' })
      t.equal((await eventsOf(app)).length, 1, 'and nothing of one that does not')
      await app.db.schema.alterTable('latchkey_audit_events').renameTo('gone').execute()
      await t.rejects(app.authProfiles.resolve(await identity(0, { ...jane, email: 'newer@example.com' })))
      t.equal((await app.usersStore.findById(user.id))?.email, 'new@example.com')
    })
  })
}
