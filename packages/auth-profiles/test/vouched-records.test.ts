import { dialects, type Dialect } from '@latchkey/test-databases'
import type { Identity } from '@latchkey/token-verifier'
import type { UserIdentity } from '@latchkey/users-store'
import t, { type Test } from 'tap'
import { createIdentityResolution } from '../dist/identity-resolution.js'
import type { AuthenticationProfile } from '../dist/index.js'
import { prepareFindByIdentity } from '../dist/principal-query.js'
import { createIsVouchedFor, type IsVouchedFor } from '../dist/vouched-records.js'
import { startApp, type TestApp } from './helpers/app.js'
import { untilTold } from './helpers/until-told.js'

const email = 'boss@example.com'
/** A token of an issuer that does not say whether emails are verified. */
const unsaid = { email, claims: { email_verified: undefined } }
const notLinked = { code: 'AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED', statusCode: 403 }

const subjectsOf = async ({ app }: TestApp, userId: string) => (await app.usersStore.identitiesOf(userId)).map(({ subject }) => subject).sort()

/** An app with Mallory's record, who typed in the boss's email at a provider that asks nobody to prove it. */
async function startWithStranger (t: Test, dialect: Dialect) {
  const started = await startApp(t, dialect, [{}, {}])
  const { app, identity } = started
  const { user } = await app.authProfiles.signUp(await identity(0, { subject: 'mallory', ...unsaid }), { user: { email } })
  return { ...started, user, boss: await identity(1, { subject: 'boss', email }) }
}

/** How identities are resolved beside the app's own way, with parts of their own. */
function resolving ({ app }: TestApp, parts: Partial<Parameters<typeof createIdentityResolution>[0]>) {
  const resolve = createIdentityResolution({ findByIdentity: prepareFindByIdentity(app.db, {}), usersStore: app.usersStore, db: app.db, isVouchedFor: createIsVouchedFor(() => false), auditLog: () => null, log: app.log, ...parts })
  return async (identity: Identity) => await resolve(identity, app.authProfiles.find({ id: identity.profileId }) as AuthenticationProfile)
}

for (const dialect of dialects) {
  t.test(dialect, async t => {
    t.test('the owner of an email is neither bound to a user who signed up with it without proof, nor signed up', async t => {
      const started = await startWithStranger(t, dialect)
      const { app, user, boss } = started
      const warnings = t.capture(app.log, 'warn')
      for (let requests = 0; requests < 3; requests++) await t.rejects(app.authProfiles.resolve(boss), notLinked)
      const told = warnings().map(({ args }) => args)
      t.equal(told.length, 1)
      t.match(told, [[{ userId: user.id, profileId: 'p1', hint: /link this account .*administrator should remove the linked accounts/ }, 'A verified identity was not bound to the user with its email']])
      await t.rejects(app.authProfiles.resolve(await started.identity(1, { subject: 'boss by another account', email })), notLinked)
      t.equal(warnings().length, 1, 'another identity gets its own warning')
      await t.rejects(app.authProfiles.signUp(boss, { user: { email }, authProfileId: 'p1' }), { code: 'AUTH_PROFILES_ERR_EMAIL_TAKEN' })
      t.match(await app.authProfiles.lookUp(boss), { kind: 'same_email', links: false, obstacle: 'record', user: { id: user.id } })
      t.strictSame(await subjectsOf(started, user.id), ['mallory'])

      await app.usersStore.delete(user.id)
      const anew = await app.usersStore.create({ email })
      t.equal((await app.authProfiles.resolve(boss)).user.id, anew.id, 'to a record that an administrator makes anew they are')
    })

    const gone = 'https://gone.example.com'
    const records: [string, (UserIdentity & { email?: string })[], boolean][] = [
      ['nobody signs in by', [], true],
      ['one identity has verified', [{ issuer: 'p0', subject: 'a', emailVerified: true }], true],
      ['one identity of several has verified', [{ issuer: 'p0', subject: 'a' }, { issuer: gone, subject: 'b', emailVerified: true }], true],
      ['an issuer did not verify', [{ issuer: 'p0', subject: 'a', emailVerified: false }], false],
      ['an issuer said nothing of', [{ issuer: 'p0', subject: 'a' }], false],
      ['was another one when it was verified', [{ issuer: 'p0', subject: 'a', emailVerified: true, email: 'other@example.com' }], false],
      ['comes from an issuer whose emails are trusted', [{ issuer: 'p2', subject: 'a', emailVerified: false }], true],
      ['was another one at an issuer whose emails are trusted', [{ issuer: 'p2', subject: 'a', email: 'other@example.com' }], false],
      ['comes from an issuer that one profile of two trusts', [{ issuer: 'p3', subject: 'a' }], false],
      ['comes from an issuer that no profile has', [{ issuer: gone, subject: 'a' }], false]
    ]
    t.test('what vouches for the email of a record', async t => {
      // The issuer of the fourth profile has a second profile, which does not trust its emails.
      const started = await startApp(t, dialect, [{}, {}, { linkByEmail: 'always' }, { linkByEmail: 'always' }])
      const { app, issuers, identity } = started
      await app.authProfiles.create({ name: 'Other', type: 'test', options: { issuer: issuers[3]?.issuer, clientId: 'other' } })
      for (const [index, [name, identities, links]] of records.entries()) {
        const email = `record-${index}@example.com`
        const user = await app.usersStore.create({ email })
        for (const { issuer, email: noted = email, subject, ...rest } of identities) await app.usersStore.bindIdentity(user.id, { issuer: issuers[Number(issuer[1])]?.issuer ?? issuer, subject: `${subject}${index}`, ...rest }, noted)
        const token = await identity(1, { subject: `owner-${index}`, email })
        t.match(await app.authProfiles.lookUp(token), { kind: 'same_email', links, obstacle: links ? null : 'record' }, `looked up: whose email ${name}`)
        if (links) t.equal((await app.authProfiles.resolve(token)).user.id, user.id, `an email that ${name} links`)
        else await t.rejects(app.authProfiles.resolve(token), notLinked, `an email that ${name} does not link`)
        t.equal((await app.usersStore.identitiesOf(user.id)).length, identities.length + Number(links))
      }
    })

    t.test('an email that is verified later vouches from then on; it is stored once, and cached', async t => {
      const started = await startWithStranger(t, dialect)
      const { app, identity, user, boss } = started
      const before = await identity(0, { subject: 'mallory', ...unsaid })
      await untilTold(app.db)
      await app.authProfiles.resolve(before)
      t.not(app.authProfiles.known(before), undefined)
      const confirmed = { ...before, emailVerified: true }
      t.equal(app.authProfiles.known(confirmed), undefined, 'there is something to note')
      await app.authProfiles.resolve(confirmed)
      await untilTold(app.db)
      await app.authProfiles.resolve(confirmed)
      t.equal(app.authProfiles.known(confirmed)?.user.id, user.id)
      t.equal(app.authProfiles.known(before)?.user.id, user.id, 'nor does an older token ask')
      let notes = 0
      const resolve = resolving(started, { usersStore: { ...app.usersStore, noteEmail: async () => { notes++ } } })
      for (const token of [confirmed, before, confirmed, { ...before, emailVerified: false }]) await resolve(token)
      t.equal(notes, 0, 'what is noted is not noted again, nor taken away')
      t.equal((await app.authProfiles.resolve(boss)).user.id, user.id)
      t.strictSame(await subjectsOf(started, user.id), ['boss', 'mallory'])
    })

    t.test('if an administrator changed the email, nobody is bound, because a stranger\'s change would look the same', async t => {
      const changed = await startApp(t, dialect, [{}, {}])
      const { user } = await changed.app.authProfiles.signUp(await changed.identity(0, { subject: 'jane', email: 'jane@example.com' }), { user: { email: 'jane@example.com' } })
      await changed.app.usersStore.update(user.id, { email })
      await t.rejects(changed.app.authProfiles.resolve(await changed.identity(1, { subject: 'boss', email })), notLinked)
      await changed.app.authProfiles.resolve(await changed.identity(0, { subject: 'jane', email }))
      t.equal((await changed.app.authProfiles.resolve(await changed.identity(1, { subject: 'boss', email }))).user.id, user.id, 'until the provider says the new one too')

      const { app, identity, boss } = await startWithStranger(t, dialect)
      await t.rejects(app.authProfiles.resolve(await identity(0, { subject: 'mallory', email: 'mallory@example.com' })), { code: 'AUTH_PROFILES_ERR_EMAIL_MISMATCH' })
      await t.rejects(app.authProfiles.resolve(boss), notLinked)
    })

    t.test('a user whose email followed a verified token is vouched for', async t => {
      const { app, identity } = await startApp(t, dialect, [{ onEmailChange: 'update' }, {}])
      const { user } = await app.authProfiles.signUp(await identity(0, { subject: 'jane', ...unsaid }), { user: { email } })
      await app.authProfiles.resolve(await identity(0, { subject: 'jane', email: 'jane@example.com' }))
      t.equal((await app.authProfiles.resolve(await identity(1, { subject: 'jane', email: 'jane@example.com' }))).user.id, user.id)
      await t.rejects(app.authProfiles.resolve(await identity(1, { subject: 'boss', email })), { code: 'AUTH_PROFILES_ERR_USER_NOT_FOUND' }, 'and its email of before is free')
    })

    t.test('whether the email is vouched for is checked again during the binding', async t => {
      for (const meanwhile of ['somebody else is bound', 'the email is changed'] as const) {
        const started = await startApp(t, dialect, [{}, {}])
        const { app, identity } = started
        const user = await app.usersStore.create({ email })
        const really = createIsVouchedFor(() => false)
        let looks = 0
        const isVouchedFor: IsVouchedFor = async (db, ...asked) => {
          const answer = await really(db, ...asked)
          if (++looks > 1) return answer
          if (meanwhile === 'the email is changed') await app.usersStore.update(user.id, { email: 'other@example.com' })
          else await app.usersStore.bindIdentity(user.id, await identity(0, { subject: 'mallory', ...unsaid }), email)
          return answer
        }
        await t.rejects(resolving(started, { isVouchedFor })(await identity(1, { subject: 'boss', email })), notLinked, meanwhile)
        t.strictSame(await subjectsOf(started, user.id), meanwhile === 'the email is changed' ? [] : ['mallory'])
      }
    })

    t.test('nor does the record follow its email then', async t => {
      const started = await startApp(t, dialect, [{ onEmailChange: 'update' }])
      const { app, identity } = started
      const mallory = await identity(0, { subject: 'mallory', email })
      const { user } = await app.authProfiles.signUp(mallory, { user: { email } })
      const found = await prepareFindByIdentity(app.db, {})(mallory)
      await app.usersStore.removeIdentity(user.id, mallory)
      await t.rejects(resolving(started, { findByIdentity: async () => found })(await identity(0, { subject: 'mallory', email: 'mallory@example.com' })), notLinked)
      t.equal((await app.usersStore.findById(user.id))?.email, email)
    })

    t.test('an identity removed during a request is not bound again by its email', async t => {
      const started = await startApp(t, dialect, [{}, {}])
      const { app, identity } = started
      const user = await app.usersStore.create({ email })
      const boss = await identity(1, { subject: 'boss', email })
      const isVouchedFor: IsVouchedFor = async () => {
        await app.usersStore.bindIdentity(user.id, boss, email)
        await app.usersStore.removeIdentity(user.id, boss)
        return true
      }
      await t.rejects(resolving(started, { isVouchedFor })(boss), notLinked)
      t.strictSame(await subjectsOf(started, user.id), [])
    })

    t.test('an identity removed during a request is not bound again by storing its email', async t => {
      const started = await startWithStranger(t, dialect)
      const { app, identity, user } = started
      const find = prepareFindByIdentity(app.db, {})
      const mallory = await identity(0, { subject: 'mallory', ...unsaid })
      const found = await find(mallory)
      await app.db.deleteFrom('latchkey_user_identities').execute()
      const resolve = resolving(started, { findByIdentity: async () => found })
      await resolve({ ...mallory, emailVerified: true })
      await t.rejects(resolve({ ...mallory, email: 'other@example.com' }), { code: 'AUTH_PROFILES_ERR_EMAIL_MISMATCH' })
      t.strictSame(await subjectsOf(started, user.id), [])
    })

    t.test('two accounts of one person that sign in at once are both bound to the user waiting for them', async t => {
      const started = await startApp(t, dialect, [{}, {}])
      const { app, identity } = started
      const user = await app.usersStore.create({ email })
      const tokens = [await identity(0, { subject: 'one', email }), await identity(1, { subject: 'two', email })]
      const answers = await Promise.all(Array.from({ length: 40 }, async (_, index) => await app.authProfiles.resolve(tokens[index % 2] as Identity)))
      t.ok(answers.every(answer => answer.user.id === user.id))
      t.strictSame(await subjectsOf(started, user.id), ['one', 'two'])
    })

    t.test('if a stranger and the owner sign up at once, only one of them gets the user', async t => {
      const started = await startApp(t, dialect, [{}, {}])
      const { app, identity } = started
      for (let round = 0; round < 10; round++) {
        const email = `round-${round}@example.com`
        const tokens = [await identity(0, { ...unsaid, subject: `stranger-${round}`, email }), await identity(1, { subject: `owner-${round}`, email })]
        const outcomes = await Promise.allSettled(tokens.flatMap(token => [token, token]).map(async token => await app.authProfiles.signUp(token, { user: { email }, authProfileId: token.profileId })))
        t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 2)
        const user = await app.usersStore.findByEmail(email)
        t.equal((await app.usersStore.identitiesOf(user?.id as string)).length, 1)
      }
    })
  })
}
