import apiTokens from '@latchkey/api-tokens'
import auditLog from '@latchkey/audit-log'
import type { PasswordSignUp } from '@latchkey/identity-provider'
import type { Principal } from '@latchkey/role-permissions'
import { dialects, type Dialect } from '@latchkey/test-databases'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import type { AuthProfilesOptions } from '../dist/index.js'
import { createIssuerOnlyProvider, startApp } from './helpers/app.js'
import { openCopies } from './helpers/copies.js'

const email = 'jane@example.com'
const said = { firstName: 'Mallory', lastName: 'Mallory', timezone: 'Asia/Tokyo' }

/** An app whose provider makes an account with the subject `first` for every sign-up. */
async function startWithAccounts (t: Test, dialect: Dialect, options: Partial<AuthProfilesOptions> = {}) {
  const accounts: PasswordSignUp = { signUpWithPassword: async () => ({ subject: 'first', emailVerified: false }) }
  const started = await startApp(t, dialect, [{}], { ...options, providers: { test: (options: never) => ({ ...createIssuerOnlyProvider(options), ...accounts }) } }, async app => {
    await app.register(apiTokens)
    await app.register(auditLog)
  })
  return {
    ...started,
    begin: async (user = {}, roleIds: string[] = [], givenBy: Principal | null = null) => { await started.app.authProfiles.signUpWithPassword({ user: { email, ...user }, password: 'irrelevant', roleIds, givenBy }) },
    /** The user of the first token of an account. */
    resolve: async (subject: string, claims: Record<string, unknown> = {}) => await started.app.authProfiles.resolve(await started.identity(0, { subject, email, claims }))
  }
}

const nobody = { code: 'AUTH_PROFILES_ERR_USER_NOT_FOUND' }

for (const dialect of dialects) {
  t.test(dialect, async t => {
    t.test('the account becomes a user with the submitted data, except the status', async t => {
      const { begin, resolve } = await startWithAccounts(t, dialect)
      await begin({ ...said, status: 'approved' })
      t.match((await resolve('first', { given_name: 'Jane' })).user, { email, ...said, status: 'active' })
    })

    t.test('an account that replaced it gets its names from the token, and the roles promised to the address', async t => {
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

    t.test('the promised roles also apply if the first request is a sign-up with the token', async t => {
      const { app, begin, identity } = await startWithAccounts(t, dialect)
      const editor = app.rolePermissions.find({ name: 'Editor' })?.id as string
      await begin(said, [editor])
      const { user, principal } = await app.authProfiles.signUp(await identity(0, { subject: 'first', email }), { user: { email, firstName: 'Jane' } })
      t.match(user, { email, firstName: 'Jane' })
      t.ok(principal.roles.includes(editor))
      const resolved = await app.authProfiles.resolve(await identity(0, { subject: 'first', email }))
      t.strictSame([...resolved.principal.roles].sort(), [...principal.roles].sort())
    })

    t.test('pending sign-ups expire after a month', async t => {
      const { app, begin, resolve } = await startWithAccounts(t, dialect)
      await begin(said, [app.rolePermissions.administrator().id])
      await app.db.updateTable('latchkey_pending_sign_ups').set({ created_at: new Date(Date.now() - 31 * 24 * 60 * 60_000).toISOString() }).execute()
      await t.rejects(resolve('first'), nobody)
      await t.rejects(resolve('second'), nobody)
    })

    t.test('the account of administratorEmail becomes no user before its email is verified', async t => {
      const { app, begin, resolve } = await startWithAccounts(t, dialect, { administratorEmail: email })
      await begin(said)
      await t.rejects(resolve('first', { email_verified: undefined }), nobody)
      t.strictSame((await resolve('first')).principal.roles, [app.rolePermissions.administrator().id])
    })

    t.test('expired sign-ups are deleted even if nobody else signs up, but not without upkeep', async t => {
      // Timers of a minute and an hour fire at once.
      const schedule = setTimeout
      t.intercept(globalThis, 'setTimeout', { value: Object.assign((work: () => void, ms = 0, ...given: []) => schedule(work, ms >= 60_000 ? 50 : ms, ...given), schedule) })
      for (const upkeep of [false, true]) {
        const { app, begin } = await startWithAccounts(t, dialect, { upkeep })
        await begin(said)
        const row = await app.db.selectFrom('latchkey_pending_sign_ups').selectAll().executeTakeFirstOrThrow()
        const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 60 * 60_000).toISOString()
        await app.db.insertInto('latchkey_pending_sign_ups').values([{ ...row, subject: 'old', created_at: daysAgo(31) }, { ...row, subject: 'young', created_at: daysAgo(29) }]).execute()
        const left = async () => (await app.db.selectFrom('latchkey_pending_sign_ups').select('subject').orderBy('subject').execute()).map(({ subject }) => subject)
        if (upkeep) while ((await left()).includes('old')) await new Promise(resolve => schedule(resolve, 10))
        else await new Promise(resolve => schedule(resolve, 300))
        t.strictSame(await left(), upkeep ? ['first', 'young'] : ['first', 'old', 'young'])
      }
    })

    t.test('fields that the Users table no longer accepts are dropped, and logged', async t => {
      const { app, begin, resolve } = await startWithAccounts(t, dialect)
      const warnings = t.capture(app.log, 'warn')
      await begin(said)
      const rowOfThen = JSON.stringify({ ...said, firstName: 'x'.repeat(300), nickname: 'M' })
      await app.db.updateTable('latchkey_pending_sign_ups').set({ user: rowOfThen }).execute()
      t.match((await resolve('first')).user, { email, firstName: null, lastName: said.lastName, timezone: said.timezone })
      t.match(warnings().map(({ args }) => args), [[{ fields: ['firstName', 'nickname'], profileId: 'p0' }, String]])
    })

    t.test('an account with an unverified email does not replace another account', async t => {
      const { begin, resolve } = await startWithAccounts(t, dialect)
      await begin(said)
      for (const emailVerified of [false, undefined]) await t.rejects(resolve('second', { email_verified: emailVerified }), nobody)
      await t.rejects(resolve('second', { email: 'joe@example.com' }), nobody, 'nor by another address')
      await t.rejects(resolve('second', { email: 'not an address' }), nobody, 'nor by none')
    })
  })
}

/** An app with somebody who promised Jane the roles Editor and Administrator. */
async function startWithPromise (t: Test, dialect: Dialect) {
  const started = await startWithAccounts(t, dialect)
  const { app: { rolePermissions, usersStore, auditLog, db, log }, begin, resolve, identity } = started
  const editor = rolePermissions.find({ name: 'Editor' })?.id as string
  const administrator = rolePermissions.administrator().id
  const boss = await usersStore.create({ email: 'boss@example.com' })
  const owner = await usersStore.create({ email: 'owner@example.com' })
  for (const { id } of [boss, owner]) await rolePermissions.assign(id, [administrator])
  const warnings = t.capture(log, 'warn')
  return {
    ...started,
    editor,
    administrator,
    boss,
    promise: async (givenBy: Principal | null = { kind: 'user', userId: boss.id, email: boss.email, roles: [administrator] }) => { await begin(said, [editor, administrator], givenBy) },
    /** The names of the roles that Jane has, those that she does not get by the audit log, and by the log. */
    kept: async ({ withToken = false } = {}) => {
      const { user } = withToken ? await started.app.authProfiles.signUp(await identity(0, { subject: 'first', email }), { user: { email } }) : await resolve('first')
      const [event] = await auditLog.read((await db.selectFrom('latchkey_audit_events').select('id').where('record_id', '=', user.id).execute()).map(({ id }) => id))
      return { roles: (await rolePermissions.rolesOf(user.id)).map(({ name }) => name), audited: event?.after?.rolesNotGiven, logged: warnings().map(({ args: [what] }) => what as { roles: string[], givenBy: object }) }
    }
  }
}

const everything = { roles: ['Administrator', 'Editor', 'Guest'], audited: undefined, logged: [] }

for (const dialect of dialects) {
  t.test(`${dialect}: promised roles are given only if the giver may still give them`, async t => {
    t.test('a giver who still has full access gives them', async t => {
      const { promise, kept } = await startWithPromise(t, dialect)
      await promise()
      t.match(await kept(), everything)
    })

    for (const withToken of [false, true]) {
      t.test(`a giver who lost full access gives only roles that they have, ${withToken ? 'when the token signs up' : 'by the first request'}`, async t => {
        const { app, promise, kept, boss, editor, administrator } = await startWithPromise(t, dialect)
        await promise()
        await app.rolePermissions.assign(boss.id, [editor])
        await app.rolePermissions.unassign(boss.id, [administrator])
        t.match(await kept({ withToken }), { roles: ['Editor', 'Guest'], audited: ['Administrator'], logged: [{ roles: ['Administrator'], givenBy: { kind: 'user', userId: boss.id } }] })
      })
    }

    t.test('a deleted giver gives none, even if role assignments are left behind', async t => {
      const { app, promise, kept, boss } = await startWithPromise(t, dialect)
      await promise()
      // As code does that does not know Latchkey.
      await app.db.deleteFrom('latchkey_users').where('id', '=', boss.id).execute()
      t.equal((await app.rolePermissions.rolesOf(boss.id)).length, 1)
      t.match(await kept(), { roles: ['Guest'], audited: ['Editor', 'Administrator'], logged: [{ roles: ['Editor', 'Administrator'] }] })
    })

    t.test('an API token gives them while it is accepted', async t => {
      for (const [end, roles] of [[null, everything.roles], ['revoke', ['Guest']], ['delete', ['Guest']], ['expire', ['Guest']]] as const) {
        const { app, promise, kept, administrator } = await startWithPromise(t, dialect)
        const { token } = await app.apiTokens.create({ name: 'x', roles: [administrator] })
        await promise({ kind: 'apiToken', tokenId: token.id, roles: [administrator] })
        if (end === 'expire') await app.apiTokens.update(token.id, { expiresAt: '2020-01-31' })
        else if (end !== null) await app.apiTokens[end](token.id)
        t.strictSame((await kept()).roles, roles, end ?? 'accepted')
      }
    })

    t.test('a guest gives only roles that guests have', async t => {
      const { app, promise, kept } = await startWithPromise(t, dialect)
      const guest = app.rolePermissions.guest()
      await promise(guest)
      t.match(await kept(), { roles: ['Guest'], logged: [{ givenBy: { kind: 'guest' } }] })
    })

    t.test('a role that a new user gets anyway is not withheld', async t => {
      const { app, begin, kept, boss } = await startWithPromise(t, dialect)
      await begin(said, [app.rolePermissions.guest().roles[0] as string], { kind: 'user', userId: boss.id, email: boss.email, roles: [] })
      await app.usersStore.delete(boss.id)
      t.match(await kept(), { roles: ['Guest'], audited: undefined, logged: [] })
    })

    t.test('if no giver was named, all are given', async t => {
      const { promise, kept } = await startWithPromise(t, dialect)
      await promise(null)
      t.match(await kept(), everything)
    })
  })

  t.test(`${dialect}: promises stored before the giver was recorded are kept`, async t => {
    const copies = await openCopies(t, dialect)
    const old = await copies.open()
    const editor = old.app.rolePermissions.find({ name: 'Editor' })?.id as string
    await sql`alter table latchkey_pending_sign_ups drop column given_by`.execute(old.app.db)
    await sql`alter table latchkey_authentication_version drop column mark`.execute(old.app.db)
    await sql`delete from latchkey_migrations_auth_profiles where name >= '004'`.execute(old.app.db)
    await sql`insert into latchkey_pending_sign_ups (issuer, subject, email, profile_id, "user", role_ids, created_at)
      values (${copies.main.issuer}, 'jane', ${email}, 'main', '{}', ${JSON.stringify([editor])}, ${new Date().toISOString()})`.execute(old.app.db)
    await old.close()
    const copy = await copies.open()
    const { body } = await copy.me(await copies.main.idToken({ subject: 'jane', email }))
    t.match(await copy.app.rolePermissions.rolesOf(body.userId as string), [{ name: 'Editor' }, { name: 'Guest' }])
  })
}
