import type { PasswordSignUp } from '@latchkey/identity-provider'
import { dialects, type Dialect } from '@latchkey/test-databases'
import t, { type Test } from 'tap'
import { createIssuerOnlyProvider, startApp } from './helpers/app.js'

const email = 'jane@example.com'
const said = { firstName: 'Mallory', lastName: 'Mallory', timezone: 'Asia/Tokyo' }

/** An app whose provider makes an account with the subject `first` for every sign-up. */
async function startWithAccounts (t: Test, dialect: Dialect) {
  const accounts: PasswordSignUp = { signUpWithPassword: async () => ({ subject: 'first', emailVerified: false }) }
  const started = await startApp(t, dialect, [{}], { providers: { test: (options: never) => ({ ...createIssuerOnlyProvider(options), ...accounts }) } })
  return {
    ...started,
    begin: async (user = {}, roleIds: string[] = []) => { await started.app.authProfiles.signUpWithPassword({ user: { email, ...user }, password: 'irrelevant', roleIds }) },
    /** The user of the first token of an account. */
    resolve: async (subject: string, claims: Record<string, unknown> = {}) => await started.app.authProfiles.resolve(await started.identity(0, { subject, email, claims }))
  }
}

const nobody = { code: 'AUTH_PROFILES_ERR_USER_NOT_FOUND' }

for (const dialect of dialects) {
  t.test(dialect, async t => {
    t.test('the account that signed up becomes the user it said it is, without the status', async t => {
      const { begin, resolve } = await startWithAccounts(t, dialect)
      await begin({ ...said, status: 'approved' })
      t.match((await resolve('first', { given_name: 'Jane' })).user, { email, ...said, status: 'active' })
    })

    t.test('an account that took its place is called as its token says, and has the roles that were given to the address', async t => {
      const { app, begin, resolve } = await startWithAccounts(t, dialect)
      const editor = app.rolePermissions.find({ name: 'Editor' })?.id as string
      await begin(said, [editor])
      const { user, principal } = await resolve('second', { given_name: 'Jane', family_name: 'x'.repeat(300) })
      t.match(user, { email, firstName: 'Jane', lastName: null, timezone: null }, 'a name that cannot be stored is left out')
      t.ok(principal.kind === 'user' && principal.roles.includes(editor))

      await app.usersStore.delete(user.id)
      await t.rejects(resolve('second'), nobody, 'what was said is forgotten by then')
      await t.rejects(resolve('first'), nobody, 'of both')
    })

    t.test('who signs up with the token, before asking anything, has the roles that were promised too', async t => {
      const { app, begin, identity } = await startWithAccounts(t, dialect)
      const editor = app.rolePermissions.find({ name: 'Editor' })?.id as string
      await begin(said, [editor])
      const { user, principal } = await app.authProfiles.signUp(await identity(0, { subject: 'first', email }), { user: { email, firstName: 'Jane' } })
      t.match(user, { email, firstName: 'Jane' })
      t.ok(principal.roles.includes(editor))
      const resolved = await app.authProfiles.resolve(await identity(0, { subject: 'first', email }))
      t.strictSame([...resolved.principal.roles].sort(), [...principal.roles].sort())
    })

    t.test('what was said, and promised, a month ago counts no more', async t => {
      const { app, begin, resolve } = await startWithAccounts(t, dialect)
      await begin(said, [app.rolePermissions.administrator().id])
      await app.db.updateTable('latchkey_pending_sign_ups').set({ created_at: new Date(Date.now() - 31 * 24 * 60 * 60_000).toISOString() }).execute()
      await t.rejects(resolve('first'), nobody)
      await t.rejects(resolve('second'), nobody)
    })

    t.test('nobody takes the place of another account by an address that their token does not say is verified', async t => {
      const { begin, resolve } = await startWithAccounts(t, dialect)
      await begin(said)
      for (const emailVerified of [false, undefined]) await t.rejects(resolve('second', { email_verified: emailVerified }), nobody)
      await t.rejects(resolve('second', { email: 'joe@example.com' }), nobody, 'nor by another address')
      await t.rejects(resolve('second', { email: 'not an address' }), nobody, 'nor by none')
    })
  })
}
