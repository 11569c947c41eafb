import auditLog from '@latchkey/audit-log'
import { dialects } from '@latchkey/test-databases'
import { sql } from 'kysely'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { startApp, type TestApp } from './helpers/app.js'

const jane = { subject: 'jane', email: 'jane@example.com' }

async function roleNames ({ app }: TestApp, userId: string): Promise<string[]> {
  return (await app.rolePermissions.rolesOf(userId)).map(({ name }) => name).sort()
}

for (const dialect of dialects) {
  t.test(dialect, async t => {
    t.test('creates the user from the input, bound to the identity, with the role Guest if the profile names none', async t => {
      const started = await startApp(t, dialect)
      const { app, identity } = started
      const { user, principal } = await app.authProfiles.signUp(await identity(0, jane), { user: { email: ' Jane@Example.com ', firstName: 'Jane' } })
      t.match(user, { email: jane.email, firstName: 'Jane', lastName: null, origin: 'p0', createdBy: null })
      t.strictSame(await app.usersStore.identitiesOf(user.id), [{ issuer: started.issuers[0]?.issuer, subject: 'jane' }])
      t.strictSame(await roleNames(started, user.id), ['Guest'])
      t.match(principal, { kind: 'user', userId: user.id, email: jane.email, roles: [app.rolePermissions.find({ name: 'Guest' })?.id] })
    })

    t.test('is recorded in the audit log once, as made by the new user', async t => {
      const { app, identity } = await startApp(t, dialect, [{ roles: ['Editor'] }], {}, async app => { await app.register(auditLog) })
      const given = await identity(0, jane)
      const { user } = await app.authProfiles.signUp(given, { user: { email: jane.email } })
      await app.authProfiles.signUp(given, { user: { email: jane.email } })
      const ids = (await app.db.selectFrom('latchkey_audit_events').select('id').execute()).map(({ id }) => id)
      t.match(await app.auditLog.read(ids), [{ actorKind: 'user', actorId: user.id, actorName: jane.email, action: 'signUp', table: 'Users', recordId: user.id, before: null, after: { email: jane.email, roles: ['Editor'] } }])
      t.equal(ids.length, 1)
    })

    t.test('a deleted user leaves no role assignments behind, and keeps them if the deletion fails', async t => {
      const started = await startApp(t, dialect, [{ roles: ['Editor'] }])
      const { app } = started
      const { user } = await app.authProfiles.signUp(await started.identity(0, jane), { user: { email: jane.email } })
      await app.rolePermissions.assign(user.id, [app.rolePermissions.administrator().id])
      await t.rejects(app.usersStore.delete(user.id, { inTransaction: async () => { throw new Error('no') } }), { message: 'no' })
      t.strictSame(await roleNames(started, user.id), ['Administrator', 'Editor'])
      await app.usersStore.delete(user.id)
      t.strictSame(await app.db.selectFrom('latchkey_user_roles').selectAll().execute(), [])
    })

    t.test('gives the roles that the profile names', async t => {
      const started = await startApp(t, dialect, [{ roles: ['Editor'] }])
      const { user } = await started.app.authProfiles.signUp(await started.identity(0, jane), { user: { email: jane.email } })
      t.strictSame(await roleNames(started, user.id), ['Editor'])
    })

    t.test('a role that was renamed is still given; one that was deleted is replaced by Guest', async t => {
      const started = await startApp(t, dialect, [{ roles: ['Editor'] }])
      const { app, identity } = started
      const editor = app.rolePermissions.find({ name: 'Editor' })?.id as string
      await app.rolePermissions.update(editor, { name: 'Author' })
      const first = await app.authProfiles.signUp(await identity(0, jane), { user: { email: jane.email } })
      t.strictSame(await roleNames(started, first.user.id), ['Author'])
      await app.rolePermissions.delete(editor)
      const second = await app.authProfiles.signUp(await identity(0, { subject: 'joe', email: 'joe@example.com' }), { user: { email: 'joe@example.com' } })
      t.strictSame(await roleNames(started, second.user.id), ['Guest'])
    })

    t.test('a role that another instance just deleted is left out', async t => {
      const started = await startApp(t, dialect, [{ roles: ['Editor', 'Guest'] }, { roles: ['Editor'] }])
      const { app, identity } = started
      const [both, alone] = [await identity(0, jane), await identity(1, { subject: 'joe', email: 'joe@example.com' })]
      const other = await started.copy()
      // From now on, the app doesn't look at the database for a second.
      await app.rolePermissions.refresh()
      await other.rolePermissions.delete(other.rolePermissions.find({ name: 'Editor' })?.id as string)
      for (const [token, authProfileId] of [[both, 'p0'], [alone, 'p1']] as const) {
        const { user, principal } = await app.authProfiles.signUp(token, { user: { email: token.email }, authProfileId })
        t.strictSame(await roleNames(started, user.id), ['Guest'])
        t.strictSame(principal.roles, app.rolePermissions.guest().roles)
      }
    })

    t.test('a role that is deleted during the sign-up is left out', async t => {
      const started = await startApp(t, dialect, [{ roles: ['Editor'] }])
      const { app } = started
      const token = await started.identity(0, jane)
      let signedUp: ReturnType<typeof app.authProfiles.signUp> | undefined
      await app.rolePermissions.delete(app.rolePermissions.find({ name: 'Editor' })?.id as string, {
        inTransaction: async transaction => {
          signedUp = app.authProfiles.signUp(token, { user: { email: jane.email } })
          // On SQLite, the sign-up waits for the only connection. On PostgreSQL, it waits for the deleted role.
          const waits = sql`select from pg_locks where not granted and pid in (select pid from pg_stat_activity where datname = current_database())`
          for (let tries = dialect === 'postgres' ? 200 : 0; tries > 0 && (await waits.execute(transaction)).rows.length === 0; tries--) await wait(10)
        }
      })
      t.strictSame((await signedUp)?.principal.roles, app.rolePermissions.guest().roles)
      t.strictSame(await roleNames(started, (await signedUp)?.user.id as string), ['Guest'])
    })

    t.test('Guest and Administrator of a profile are the built-in roles, even if they were renamed', async t => {
      const rename = async ({ rolePermissions }: TestApp['app']) => {
        for (const name of ['Guest', 'Administrator']) {
          await rolePermissions.update(rolePermissions.find({ name })?.id as string, { name: `Renamed ${name}` })
          await rolePermissions.create({ name, permissions: {} })
        }
      }
      const started = await startApp(t, dialect, [{ roles: ['Guest', 'Administrator'] }], {}, rename)
      const { user } = await started.app.authProfiles.signUp(await started.identity(0, jane), { user: { email: jane.email } })
      t.strictSame(await roleNames(started, user.id), ['Renamed Administrator', 'Renamed Guest'])
    })

    t.test('without a profile it is the first one; the token must belong to the profile', async t => {
      const { app, identity } = await startApp(t, dialect, [{}, {}])
      const bySecond = await identity(1, jane)
      await t.rejects(app.authProfiles.signUp(bySecond, { user: { email: jane.email } }), { code: 'AUTH_PROFILES_ERR_PROFILE_MISMATCH', statusCode: 403 })
      await t.rejects(app.authProfiles.signUp(bySecond, { user: { email: jane.email }, authProfileId: 'p0' }), { code: 'AUTH_PROFILES_ERR_PROFILE_MISMATCH' })
      await t.rejects(app.authProfiles.signUp(bySecond, { user: { email: jane.email }, authProfileId: 'nope' }), { code: 'AUTH_PROFILES_ERR_PROFILE_NOT_FOUND', statusCode: 404 })
      t.equal(await app.usersStore.findByEmail(jane.email), null)
      t.match(await app.authProfiles.signUp(bySecond, { user: { email: jane.email }, authProfileId: 'p1' }), { user: { origin: 'p1' } })
    })

    t.test('nobody signs up as somebody else', async t => {
      const { app, identity } = await startApp(t, dialect)
      await t.rejects(app.authProfiles.signUp(await identity(0, jane), { user: { email: 'boss@example.com' } }), { code: 'AUTH_PROFILES_ERR_FOREIGN_EMAIL', statusCode: 400 })
      t.equal(await app.usersStore.findByEmail('boss@example.com'), null)
    })

    t.test('signing up again gives the same user, unchanged', async t => {
      const { app, identity } = await startApp(t, dialect, [{ selfSignUp: 'open' }])
      const first = await app.authProfiles.signUp(await identity(0, jane), { user: { email: jane.email, firstName: 'Jane' } })
      const again = await app.authProfiles.signUp(await identity(0, jane), { user: { email: jane.email, firstName: 'Janet' } })
      t.strictSame(again, first)
    })

    t.test('the email of somebody who signed up elsewhere is taken, unless it is proven', async t => {
      const { app, identity } = await startApp(t, dialect, [{}, {}])
      const first = await app.authProfiles.signUp(await identity(0, jane), { user: { email: jane.email } })
      const request = { user: { email: jane.email }, authProfileId: 'p1' }
      await t.rejects(app.authProfiles.signUp(await identity(1, { ...jane, emailVerified: false }), request), { code: 'AUTH_PROFILES_ERR_EMAIL_TAKEN', statusCode: 409 })
      t.equal((await app.authProfiles.signUp(await identity(1, jane), request)).user.id, first.user.id)
    })

    const policies = [
      { selfSignUp: 'open', emailVerified: true, code: null },
      { selfSignUp: 'open', emailVerified: undefined, code: null },
      { selfSignUp: 'open', emailVerified: false, code: 'AUTH_PROFILES_ERR_EMAIL_NOT_VERIFIED' },
      { selfSignUp: 'off', emailVerified: true, code: 'AUTH_PROFILES_ERR_SIGN_UP_CLOSED' },
      { selfSignUp: { emailDomains: ['other.org', 'Example.COM'] }, emailVerified: true, code: null },
      { selfSignUp: { emailDomains: ['example.com'] }, emailVerified: undefined, code: 'AUTH_PROFILES_ERR_EMAIL_NOT_VERIFIED' },
      { selfSignUp: { emailDomains: ['example.com'] }, emailVerified: undefined, linkByEmail: 'always', code: null },
      { selfSignUp: { emailDomains: ['example.com'] }, emailVerified: false, linkByEmail: 'always', code: 'AUTH_PROFILES_ERR_EMAIL_NOT_VERIFIED' },
      { selfSignUp: { emailDomains: ['ample.com', 'example.com.org', 'com'] }, emailVerified: true, code: 'AUTH_PROFILES_ERR_SIGN_UP_CLOSED' }
    ] as const
    for (const { selfSignUp, emailVerified, code, ...policy } of policies) {
      t.test(`${JSON.stringify({ selfSignUp, ...policy })} with email_verified ${emailVerified}: ${code ?? 'signs up'}`, async t => {
        const { app, identity } = await startApp(t, dialect, [{ selfSignUp, ...policy } as never])
        const signUp = app.authProfiles.signUp(await identity(0, { ...jane, claims: { email_verified: emailVerified } }), { user: { email: jane.email } })
        if (code === null) t.equal((await signUp).user.email, jane.email)
        else await t.rejects(signUp, { code, statusCode: 403 })
        t.equal(await app.usersStore.findByEmail(jane.email) === null, code !== null)
      })
    }

    t.test('off: a user created by an administrator can sign in, and keeps the given roles', async t => {
      const started = await startApp(t, dialect, [{ selfSignUp: 'off', roles: ['Guest'] }])
      const { app, identity } = started
      const invited = await app.usersStore.create({ email: jane.email })
      await app.rolePermissions.assign(invited.id, [app.rolePermissions.find({ name: 'Editor' })?.id as string])
      t.equal((await app.authProfiles.signUp(await identity(0, jane), { user: { email: jane.email } })).user.id, invited.id)
      t.strictSame(await roleNames(started, invited.id), ['Editor'])
    })

    t.test('administratorEmail becomes Administrator when verified, whatever the policy', async t => {
      const started = await startApp(t, dialect, [{ selfSignUp: 'off' }], { administratorEmail: 'Jane@example.com' })
      const { app, identity } = started
      await t.rejects(app.authProfiles.signUp(await identity(0, { ...jane, claims: { email_verified: undefined } }), { user: { email: jane.email } }), { code: 'AUTH_PROFILES_ERR_EMAIL_NOT_VERIFIED' })
      t.match(await app.authProfiles.lookUp(await identity(0, jane)), { kind: 'nobody', refusal: null }, 'and is told so before')
      const { user } = await app.authProfiles.signUp(await identity(0, jane), { user: { email: jane.email } })
      t.strictSame(await roleNames(started, user.id), ['Administrator'])
    })

    t.test('nobody can sign up with administratorEmail without proof, even if the profile trusts emails', async t => {
      const started = await startApp(t, dialect, [{ selfSignUp: 'open' }, { linkByEmail: 'always' }], { administratorEmail: jane.email })
      const { app, identity } = started
      for (const [profile, emailVerified] of [[0, undefined], [0, false], [1, undefined], [1, false]] as const) {
        const token = await identity(profile, { subject: 'mallory', email: 'Jane@Example.com', claims: { email_verified: emailVerified } })
        await t.rejects(app.authProfiles.signUp(token, { user: { email: jane.email }, authProfileId: `p${profile}` }), { code: 'AUTH_PROFILES_ERR_EMAIL_NOT_VERIFIED', statusCode: 403 })
        t.match(await app.authProfiles.lookUp(token), { kind: 'nobody', refusal: /not verified/ })
      }
      t.equal(await app.usersStore.findByEmail(jane.email), null)
      const { user } = await app.authProfiles.signUp(await identity(0, jane), { user: { email: jane.email } })
      t.strictSame(await roleNames(started, user.id), ['Administrator'])
    })

    t.test('two hundred sign-ups of one identity at once make one user', async t => {
      const { app, identity } = await startApp(t, dialect)
      const token = await identity(0, jane)
      const answers = await Promise.all(Array.from({ length: 200 }, async () => await app.authProfiles.signUp(token, { user: { email: jane.email } })))
      for (const answer of answers) t.strictSame(answer, answers[0])
      const { count } = await app.db.selectFrom('latchkey_users').select(({ fn }) => fn.countAll().as('count')).executeTakeFirstOrThrow()
      t.equal(Number(count), 1)
    })

    t.test('two hundred people at once make two hundred users', async t => {
      const { app, identity } = await startApp(t, dialect)
      const tokens = await Promise.all(Array.from({ length: 200 }, async (_, index) => await identity(0, { subject: `s${index}`, email: `p${index}@example.com` })))
      const answers = await Promise.all(tokens.map(async token => await app.authProfiles.signUp(token, { user: { email: token.email } })))
      t.equal(new Set(answers.map(({ user }) => user.id)).size, 200)
      const { count } = await app.db.selectFrom('latchkey_users').select(({ fn }) => fn.countAll().as('count')).executeTakeFirstOrThrow()
      t.equal(Number(count), 200)
    })

    t.test('of two people who claim one email at once, one gets it', async t => {
      const { app, identity } = await startApp(t, dialect, [{}, { linkByEmail: 'never' }])
      const tokens = [await identity(0, { ...jane, claims: { email_verified: undefined } }), await identity(1, jane)]
      const outcomes = await Promise.allSettled(tokens.map(async (token, index) => await app.authProfiles.signUp(token, { user: { email: jane.email }, authProfileId: `p${index}` })))
      t.strictSame(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
      t.match(outcomes.find(({ status }) => status === 'rejected'), { reason: { code: 'AUTH_PROFILES_ERR_EMAIL_TAKEN' } })
    })
  })
}
