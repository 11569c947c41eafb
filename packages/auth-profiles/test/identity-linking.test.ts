import auditLog from '@latchkey/audit-log'
import { dialects } from '@latchkey/test-databases'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { createLinkIdentity } from '../dist/identity-linking.js'
import { startApp, type TestApp } from './helpers/app.js'

const jane = { subject: 'jane', email: 'jane@example.com' }
const notLinked = { code: 'AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED', statusCode: 403 }
const withAuditLog = async (app: FastifyInstance) => { await app.register(auditLog) }

const issuersOf = async ({ app, issuers }: TestApp, userId: string) => (await app.usersStore.identitiesOf(userId)).map(({ issuer }) => issuers.findIndex(one => one.issuer === issuer)).sort()
const eventsOf = async ({ db, auditLog }: FastifyInstance) => await auditLog.read((await db.selectFrom('latchkey_audit_events').select('id').where('action', '=', 'update').execute()).map(({ id }) => id))

for (const dialect of dialects) {
  t.test(dialect, async t => {
    t.test('a user with tokens of two accounts links the second one, regardless of linkByEmail', async t => {
      const started = await startApp(t, dialect, [{}, { linkByEmail: 'never' }, {}], {}, withAuditLog)
      const { app, identity } = started
      const own = await identity(0, jane)
      const { user } = await app.authProfiles.signUp(own, { user: { email: jane.email } })
      const never = await identity(1, { ...jane, email: 'Jane@EXAMPLE.com' })
      const unproven = await identity(2, { ...jane, emailVerified: false })
      for (const one of [never, unproven]) {
        await t.rejects(app.authProfiles.resolve(one), notLinked, 'by itself it is not')
        t.match(await app.authProfiles.link(one, own), { user: { id: user.id }, principal: { userId: user.id } })
        t.equal((await app.authProfiles.resolve(one)).user.id, user.id)
        t.equal((await app.authProfiles.link(one, own)).user.id, user.id, 'again, it changes nothing')
      }
      t.equal((await app.authProfiles.link(own, own)).user.id, user.id, 'nor does linking what one has signed in by')
      t.strictSame(await issuersOf(started, user.id), [0, 1, 2])
      const noted = await app.db.selectFrom('latchkey_user_identities').select(['email', 'email_verified']).where('issuer', '=', unproven.issuer).executeTakeFirstOrThrow()
      t.strictSame([noted.email, Boolean(noted.email_verified)], [jane.email, false], 'that nobody has proven the email is noted')
      const events = await eventsOf(app)
      t.equal(events.length, 2, 'each is in the audit log, once')
      t.match(events[0], { actorKind: 'user', actorId: user.id, table: 'Users', recordId: user.id, before: { identities: Array }, after: { identities: Array } })
    })

    t.test('an account with another email than the record is not linked, nor one of another user', async t => {
      const started = await startApp(t, dialect, [{}, { onEmailChange: 'update' }])
      const { app, identity } = started
      const own = await identity(0, jane)
      const { user } = await app.authProfiles.signUp(own, { user: { email: jane.email } })
      await t.rejects(app.authProfiles.link(await identity(1, { ...jane, email: 'jane@other.example' }), own), { code: 'AUTH_PROFILES_ERR_EMAIL_MISMATCH', statusCode: 403 })
      const ben = await identity(1, { subject: 'ben', email: 'ben@example.com' })
      const { user: other } = await app.authProfiles.signUp(ben, { user: { email: 'ben@example.com' }, authProfileId: 'p1' })
      for (const email of ['ben@example.com', jane.email]) {
        const refused = await app.authProfiles.link(await identity(1, { subject: 'ben', email }), own).catch((error: Error) => error)
        t.match(refused, { code: 'USERS_STORE_ERR_IDENTITY_TAKEN', statusCode: 409 })
        t.notMatch((refused as Error).message, new RegExp(`ben|${other.id}`), 'the owner is not revealed')
      }
      t.strictSame([await issuersOf(started, user.id), await issuersOf(started, other.id)], [[0], [1]])
      t.equal((await app.usersStore.findById(user.id))?.email, jane.email)
    })

    t.test('linking needs a user: an unbound account cannot link another', async t => {
      const { app, identity } = await startApp(t, dialect, [{}, {}])
      await t.rejects(app.authProfiles.link(await identity(1, jane), await identity(0, jane)), { code: 'AUTH_PROFILES_ERR_USER_NOT_FOUND' })
      const user = await app.usersStore.create({ email: jane.email })
      const unproven = await identity(0, { ...jane, emailVerified: false })
      await t.rejects(app.authProfiles.link(await identity(1, jane), unproven), notLinked)
      t.strictSame(await app.usersStore.identitiesOf(user.id), [])
      const proven = await identity(1, jane)
      const stale = { ...await identity(0, jane), profileId: 'gone' }
      await app.authProfiles.resolve(proven)
      await t.rejects(app.authProfiles.link(stale, proven), { code: 'AUTH_PROFILES_ERR_PROFILE_NOT_FOUND' }, 'nor does one of a profile that is gone')
    })

    t.test('an identity that is removed while it links another one does not link it', async t => {
      const { app, identity } = await startApp(t, dialect, [{}, {}])
      const own = await identity(0, jane)
      const resolved = await app.authProfiles.signUp(own, { user: { email: jane.email } })
      const link = createLinkIdentity({
        usersStore: {
          ...app.usersStore,
          findByIdentity: async given => {
            await app.usersStore.removeIdentity(resolved.user.id, own)
            return await app.usersStore.findByIdentity(given)
          }
        },
        auditLog: () => null
      })
      await t.rejects(link(await identity(1, jane), own, resolved), notLinked)
      t.strictSame(await app.usersStore.identitiesOf(resolved.user.id), [])
    })

    t.test('linking an account with a verified email vouches for the user\'s email, linking one without does not', async t => {
      const started = await startApp(t, dialect, [{}, { linkByEmail: 'never' }, {}])
      const { app, identity } = started
      const own = await identity(0, { ...jane, claims: { email_verified: undefined } })
      const { user } = await app.authProfiles.signUp(own, { user: { email: jane.email } })
      const third = await identity(2, jane)
      await app.authProfiles.link(await identity(1, { ...jane, emailVerified: false }), own)
      await t.rejects(app.authProfiles.resolve(third), notLinked)
      await app.authProfiles.link(await identity(1, { ...jane, subject: 'jane too' }), own)
      t.equal((await app.authProfiles.resolve(third)).user.id, user.id)
    })

    t.test('a removed identity is not bound again by its email until it is linked or restored', async t => {
      const started = await startApp(t, dialect, [{}, {}, {}])
      const { app, identity } = started
      const [own, second] = [await identity(0, jane), await identity(1, jane)]
      const { user } = await app.authProfiles.signUp(own, { user: { email: jane.email } })
      await app.authProfiles.resolve(second)
      await app.authProfiles.resolve(second)
      await app.usersStore.removeIdentity(user.id, second)
      const barred = async () => {
        t.equal(app.authProfiles.known(second), undefined, 'at once')
        await t.rejects(app.authProfiles.resolve(second), notLinked)
        await t.rejects(app.authProfiles.signUp(second, { user: { email: jane.email }, authProfileId: 'p1' }), { code: 'AUTH_PROFILES_ERR_EMAIL_TAKEN' })
        t.match(await app.authProfiles.lookUp(second), { kind: 'same_email', links: false, obstacle: 'removed', user: { id: user.id } })
      }
      await barred()
      t.match(await app.authProfiles.lookUp({ ...second, emailVerified: false }), { obstacle: 'removed' }, 'which says more than that it is not verified')
      await app.authProfiles.link(second, own)
      t.equal((await app.authProfiles.resolve(second)).user.id, user.id)
      await app.usersStore.removeIdentity(user.id, second)
      await app.usersStore.restoreIdentity(user.id, second)
      t.equal((await app.authProfiles.resolve(second)).user.id, user.id)
      for (const one of [own, second]) await app.usersStore.removeIdentity(user.id, one)
      await barred()
      await t.rejects(app.authProfiles.resolve(own), notLinked, 'also where nobody is left who signs in')
      t.equal((await app.authProfiles.resolve(await identity(2, jane))).user.id, user.id, 'the record waits for the owner of its email')
      t.strictSame(await issuersOf(started, user.id), [2])

      t.match((await app.authProfiles.signUp(await identity(1, { ...jane, email: 'jane@new.example' }), { user: { email: 'jane@new.example' }, authProfileId: 'p1' })).user, { email: 'jane@new.example' }, 'and with another email it is anybody\'s')
    })

    t.test('a user can sign in with an identity that a profile accepts and that has the user\'s email', async t => {
      const { app, identity } = await startApp(t, dialect, [{}])
      const { user } = await app.authProfiles.signUp(await identity(0, jane), { user: { email: jane.email } })
      t.equal(await app.authProfiles.canSignIn(user.id), true)
      t.equal(await app.authProfiles.canSignIn('nobody'), false)
      await t.rejects(app.authProfiles.resolve(await identity(0, { ...jane, email: 'new@example.com' })), { code: 'AUTH_PROFILES_ERR_EMAIL_MISMATCH' })
      t.equal(await app.authProfiles.canSignIn(user.id), false, 'not where the emails differ')
      await app.usersStore.bindIdentity(user.id, { issuer: 'https://gone.example.com', subject: 'jane' }, jane.email)
      t.equal(await app.authProfiles.canSignIn(user.id), false, 'nor by an issuer that no profile has')
      await app.authProfiles.resolve(await identity(0, jane))
      t.equal(await app.db.transaction().execute(async transaction => await app.authProfiles.canSignIn(user.id, transaction)), true)
    })
  })
}
