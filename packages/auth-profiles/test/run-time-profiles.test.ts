import { dialects } from '@latchkey/test-databases'
import { sql } from 'kysely'
import t from 'tap'
import { identityOf, openCopies, profileFor, recordingAdapter } from './helpers/copies.js'

const jane = { subject: 'jane', email: 'jane@example.com' }

for (const dialect of dialects) {
  t.test(dialect, async t => {
    t.test('a new profile lets people sign in immediately, with its roles, and also after a restart', async t => {
      const copies = await openCopies(t, dialect)
      const copy = await copies.open()
      const partner = await copies.issuer()
      const token = await partner.idToken(jane)
      t.match(await copy.me(token), { status: 401 })

      const editor = copy.app.rolePermissions.find({ name: 'Editor' })?.id as string
      const made = await copy.app.authProfiles.create(profileFor(partner, { roleIds: [editor], callbackUrls: ['https://app.example.com/cb', 'com.example.app:/cb'] }))
      t.match(made, {
        id: String,
        name: 'Partner',
        issuer: partner.issuer,
        clientId: 'web',
        audiences: ['web'],
        domain: partner.issuer,
        selfSignUp: 'open',
        linkByEmail: 'verified',
        onEmailChange: 'reject',
        roleIds: [editor],
        position: 1,
        declaredInConfiguration: false,
        hasSecret: false,
        options: { issuer: partner.issuer, clientId: 'web' },
        createdAt: String
      })
      t.strictSame(copy.app.authProfiles.list().map(({ id }) => id), ['main', made.id])
      t.equal(copy.app.authProfiles.find({ name: 'Partner' })?.id, made.id)

      const { user, principal } = await copy.app.authProfiles.signUp(await identityOf(copy, partner, jane), { user: { email: jane.email }, authProfileId: made.id })
      t.strictSame(principal.roles, [editor])
      t.match(await copy.me(token), { status: 200, body: { userId: user.id } })
      await copy.close()

      const restarted = await copies.open()
      t.match(await restarted.me(token), { status: 200, body: { userId: user.id } })
      t.strictSame(restarted.app.authProfiles.list()[1], made)
    })

    t.test('tokens of a deleted profile are refused, even those verified before; its users stay', async t => {
      const copies = await openCopies(t, dialect)
      const copy = await copies.open()
      const partner = await copies.issuer()
      const { id } = await copy.app.authProfiles.create(profileFor(partner))
      const { user } = await copy.app.authProfiles.signUp(await identityOf(copy, partner, jane), { user: { email: jane.email }, authProfileId: id })
      const token = await partner.idToken(jane)
      t.match(await copy.me(token), { status: 200 })

      await copy.app.authProfiles.delete(id)
      t.match(await copy.me(token), { status: 401 })
      t.throws(() => copy.app.authProfiles.provider(id), { code: 'AUTH_PROFILES_ERR_PROFILE_NOT_FOUND' })
      t.ok(await copy.app.usersStore.findById(user.id))
      await t.rejects(copy.app.authProfiles.delete(id), { code: 'AUTH_PROFILES_ERR_PROFILE_NOT_FOUND' })

      await copy.app.authProfiles.create(profileFor(partner))
      t.match(await copy.me(token), { status: 200, body: { userId: user.id } }, 'made again, it lets the same people in')
    })

    t.test('a change takes effect at once: another issuer, policy, roles, name', async t => {
      const copies = await openCopies(t, dialect)
      const copy = await copies.open()
      const { authProfiles, rolePermissions } = copy.app
      const [partner, other] = [await copies.issuer(), await copies.issuer()]
      const roleId = (name: string) => rolePermissions.find({ name })?.id as string
      const { id } = await authProfiles.create(profileFor(partner, { selfSignUp: undefined, roleIds: [roleId('Editor')] }))
      t.equal(authProfiles.find({ id })?.selfSignUp, 'off', 'nobody signs up by a profile that does not say so')
      const signUp = async () => (await authProfiles.signUp(await identityOf(copy, other, jane), { user: { email: jane.email }, authProfileId: id })).principal.roles

      const moved = await authProfiles.update(id, { options: { issuer: other.issuer, scope: 'openid email' } })
      t.match(moved, { name: 'Partner', issuer: other.issuer, options: { issuer: other.issuer, clientId: 'web', scope: 'openid email' } })
      t.match(await copy.me(await partner.idToken(jane)), { status: 401 })
      await t.rejects(signUp(), { code: 'AUTH_PROFILES_ERR_SIGN_UP_CLOSED' })
      await authProfiles.update(id, { selfSignUp: { emailDomains: ['EXAMPLE.com'] }, roleIds: { add: [roleId('Writer')], remove: [roleId('Editor')] }, options: { scope: null } })
      t.match(authProfiles.find({ id }), { selfSignUp: { emailDomains: ['example.com'] }, roleIds: [roleId('Writer')] })
      t.notOk('scope' in (authProfiles.find({ id })?.options ?? {}))
      t.strictSame(await signUp(), [roleId('Writer')])

      await authProfiles.update(id, { name: 'Renamed' })
      t.equal(authProfiles.find({ name: 'Renamed' })?.id, id)
      await rolePermissions.update(roleId('Writer'), { name: 'Author' })
      t.strictSame(authProfiles.find({ id })?.roleIds, [roleId('Author')], 'a role that is renamed stays')
      await rolePermissions.delete(roleId('Author'))
      const ada = { subject: 'ada', email: 'ada@example.com' }
      const signedUp = await authProfiles.signUp(await identityOf(copy, other, ada), { user: { email: ada.email }, authProfileId: id })
      t.strictSame(signedUp.principal.roles, rolePermissions.guest().roles, 'and one that is deleted is given to nobody')
    })

    t.test('a change by one instance is visible in another within a second', async t => {
      const copies = await openCopies(t, dialect)
      const settings: unknown[] = []
      const [one, other] = [await copies.open(), await copies.open({ onSettings: given => { settings.push(given.allowedCallbacks) } })]
      const partner = await copies.issuer()
      const token = await partner.idToken(jane)
      t.match(await other.me(token), { status: 401 })
      const { id } = await one.app.authProfiles.create(profileFor(partner, { clientSecret: 'hunter2' }))
      await one.app.authProfiles.updateSettings({ allowedCallbacks: ['https://app.example.com/cb'] })
      await one.app.usersStore.create({ email: jane.email })
      await new Promise(resolve => setTimeout(resolve, 1050))
      t.match(await other.me(token), { status: 200 })
      t.strictSame(settings, [[], ['https://app.example.com/cb']])
      t.strictSame(other.app.authProfiles.settings(), one.app.authProfiles.settings())
      t.match(other.app.authProfiles.list()[1], { id, hasSecret: true })

      await one.app.authProfiles.delete(id)
      await other.untilFresh()
      t.match(await other.me(token), { status: 401 })
    })

    t.test('after a failover that lost the last change of a profile, an instance that knew it loads the next change', async t => {
      const copies = await openCopies(t, dialect)
      const { registry } = recordingAdapter()
      const [one, other] = [await copies.open({ providers: registry }), await copies.open({ providers: registry })]
      const { db, authProfiles } = one.app
      const { id } = await authProfiles.create({ name: 'A', type: 'recording', options: { issuer: 'https://id.example.com', clientId: 'a' } })
      await other.untilFresh()
      const [version, { id: _, ...profile }] = [await db.selectFrom('latchkey_authentication_version').selectAll().executeTakeFirstOrThrow(), await db.selectFrom('latchkey_authentication_profiles').selectAll().executeTakeFirstOrThrow()]
      await authProfiles.update(id, { options: { clientId: 'lost' } })
      await db.updateTable('latchkey_authentication_version').set(version).execute()
      await db.updateTable('latchkey_authentication_profiles').set(profile).execute()
      await other.app.authProfiles.update(id, { options: { clientId: 'kept' } })
      t.equal(authProfiles.provider(id).issuer.clientId, 'lost')
      await one.untilFresh()
      t.equal(authProfiles.provider(id).issuer.clientId, 'kept')
    })

    t.test('changes by an older instance, which sets no version mark, are seen by newer ones', async t => {
      const copies = await openCopies(t, dialect)
      const { db } = (await copies.open()).app
      await db.schema.alterTable('latchkey_authentication_version').dropColumn('mark').execute()
      await sql`delete from latchkey_migrations_auth_profiles where name = '005-version-mark'`.execute(db)
      const newer = await copies.open()
      for (const callback of ['https://a.example.com/', 'https://b.example.com/']) {
        await newer.app.authProfiles.updateSettings({ allowedLogouts: [callback] })
        await db.updateTable('latchkey_authentication_settings').set({ allowed_callbacks: JSON.stringify([callback]) }).execute()
        await db.updateTable('latchkey_authentication_version').set(({ eb }) => ({ version: eb('version', '+', 1) })).execute()
        await newer.untilFresh()
        t.strictSame(newer.app.authProfiles.settings().allowedCallbacks, [callback])
      }
    })

    t.test('profiles created at run time come after configured ones, in an order that can be changed', async t => {
      const copies = await openCopies(t, dialect)
      const { registry } = recordingAdapter()
      const { app } = await copies.open({ providers: registry })
      const make = async (name: string, position?: number) => (await app.authProfiles.create({ name, type: 'recording', ...position !== undefined && { position }, options: { issuer: 'https://id.example.com', clientId: name } })).id
      const names = () => app.authProfiles.list().map(({ name, position }) => `${position} ${name}`)
      const a = await make('A')
      await make('B')
      const c = await make('C', 1)
      t.strictSame(names(), ['0 Main', '1 C', '2 A', '3 B'])
      t.equal((await app.authProfiles.update(a, { position: 100 })).position, 3)
      t.strictSame(names(), ['0 Main', '1 C', '2 B', '3 A'])
      await app.authProfiles.update(c, { position: 2, name: 'D' })
      t.strictSame(names(), ['0 Main', '1 B', '2 D', '3 A'])
      await t.rejects(app.authProfiles.update(a, { position: 0 }), { code: 'AUTH_PROFILES_ERR_INVALID_PROFILE', details: { position: /must be 1 or more/ } })
      await app.authProfiles.delete(c)
      t.strictSame(names(), ['0 Main', '1 B', '2 A'])
    })

    t.test('a configured profile cannot be changed at run time', async t => {
      const { app } = await (await openCopies(t, dialect)).open()
      const declared = { code: 'AUTH_PROFILES_ERR_DECLARED_IN_CONFIGURATION', message: 'The authentication profile "main" is declared in the configuration. Change it there.' }
      await t.rejects(app.authProfiles.update('main', { name: 'Other' }), declared)
      await t.rejects(app.authProfiles.delete('main'), declared)
      t.match(app.authProfiles.list(), [{ id: 'main', name: 'Main', declaredInConfiguration: true, options: {}, createdAt: null }])
    })

    t.test('a profile that conflicts with another is refused, and nothing is changed', async t => {
      const copies = await openCopies(t, dialect)
      const { app } = await copies.open()
      const partner = await copies.issuer()
      await app.authProfiles.create(profileFor(partner))
      const { id } = await app.authProfiles.create(profileFor(await copies.issuer(), { name: 'Other' }))
      const before = app.authProfiles.list()
      for (const [what, profile, error] of [
        ['a name of the configuration', profileFor(partner, { name: 'Main' }), { code: 'AUTH_PROFILES_ERR_NAME_TAKEN' }],
        ['a name', profileFor(partner), { code: 'AUTH_PROFILES_ERR_NAME_TAKEN' }],
        ['the tokens of the configuration', profileFor(copies.main, { name: 'X' }), { code: 'AUTH_PROFILES_ERR_CONFLICT', message: /"Main".*"web"/ }],
        ['the tokens of another', profileFor(partner, { name: 'X', options: { issuer: partner.issuer, clientId: 'x', audiences: ['x', 'web'] } }), { code: 'AUTH_PROFILES_ERR_CONFLICT', message: /"Partner".*"web"/ }],
        ['an issuer with other keys', profileFor(partner, { name: 'X', options: { issuer: partner.issuer, clientId: 'x', jwksUri: 'https://id.example.com/keys' } }), { code: 'AUTH_PROFILES_ERR_INVALID_PROFILE', message: /one key set/ }],
        ['a role that there is not', profileFor(partner, { name: 'X', options: { issuer: partner.issuer, clientId: 'x' }, roleIds: ['x'] }), { code: 'AUTH_PROFILES_ERR_ROLE_NOT_FOUND' }]
      ] as const) {
        await t.rejects(app.authProfiles.create(profile), error, what)
        await t.rejects(app.authProfiles.update(id, profile), error, `${what}, by a change`)
      }
      t.strictSame(app.authProfiles.list(), before)
      t.match(await app.db.selectFrom('latchkey_authentication_profiles').select('name').orderBy('name').execute(), [{ name: 'Other' }, { name: 'Partner' }])
    })

    t.test('a failing inTransaction rolls a change back, including adapters; an unmet condition finds nothing', async t => {
      const copies = await openCopies(t, dialect)
      const adapter = recordingAdapter()
      const { app } = await copies.open({ providers: adapter.registry })
      const options = { issuer: 'https://id.example.com', clientId: 'a' }
      const changes: unknown[] = []
      const inTransaction = async (_transaction: unknown, { before, after }: { before: { name: string } | null, after: { name: string } | null }) => { changes.push([before?.name, after?.name]) }
      const { id } = await app.authProfiles.create({ name: 'A', type: 'recording', options }, { inTransaction })
      await app.authProfiles.update(id, { name: 'B' }, { inTransaction })
      const undo = { inTransaction: async () => { throw new Error('undone') } }
      await t.rejects(app.authProfiles.update(id, { name: 'C', options: { clientId: 'c' } }, undo), /undone/)
      await t.rejects(app.authProfiles.create({ name: 'D', type: 'recording', options: { ...options, clientId: 'd' } }, undo), /undone/)
      await t.rejects(app.authProfiles.delete(id, undo), /undone/)
      t.match(app.authProfiles.list(), [{}, { id, name: 'B', clientId: 'a' }])
      t.equal(app.authProfiles.provider(id).issuer.clientId, 'a')
      t.match(await app.db.selectFrom('latchkey_authentication_profiles').select('name').execute(), [{ name: 'B' }])

      const where = sql<boolean>`latchkey_authentication_profiles.name = 'A'`
      await t.rejects(app.authProfiles.update(id, { name: 'C' }, { where }), { code: 'AUTH_PROFILES_ERR_PROFILE_NOT_FOUND' })
      await t.rejects(app.authProfiles.delete(id, { where }), { code: 'AUTH_PROFILES_ERR_PROFILE_NOT_FOUND' })
      await app.authProfiles.delete(id, { where: sql<boolean>`latchkey_authentication_profiles.name = 'B'`, inTransaction })
      t.strictSame(changes, [[undefined, 'A'], ['A', 'B'], ['B', undefined]])
      t.equal(adapter.opened.find(({ options }) => options.name === 'B')?.closed, false, 'a request that is under way may finish with its adapter')
      await app.close()
      t.ok(adapter.opened.every(({ closed }) => closed), 'every adapter that was opened is closed')
    })

    t.test('many concurrent changes by several instances all succeed', async t => {
      const copies = await openCopies(t, dialect)
      const { registry } = recordingAdapter()
      const apps = [(await copies.open({ providers: registry })).app]
      if (dialect === 'postgres') apps.push((await copies.open({ providers: registry })).app)
      await Promise.all(Array.from({ length: 10 }, async (_, index) => {
        const { authProfiles } = apps[index % apps.length] as typeof apps[number]
        return await authProfiles.create({ name: `P${index}`, type: 'recording', options: { issuer: 'https://id.example.com', clientId: `c${index}` } })
      }))
      await new Promise(resolve => setTimeout(resolve, 1050))
      for (const app of apps) {
        await app.authProfiles.refresh()
        t.equal(app.authProfiles.list().length, 11)
      }
      t.strictSame(apps[0]?.authProfiles.list(), apps.at(-1)?.authProfiles.list())
      const same = await Promise.allSettled([...apps, ...apps].map(async app => await app.authProfiles.create({ name: 'Same', type: 'recording', options: { issuer: 'https://id.example.com', clientId: 'same' } })))
      t.equal(same.filter(({ status }) => status === 'fulfilled').length, 1)
    })
  })
}

t.test('invalid fields are refused by name', async t => {
  const { app } = await (await openCopies(t, 'sqlite')).open({ production: true })
  const whole = { name: 'X', type: 'openid', options: { issuer: 'https://id.example.com', clientId: 'x' } }
  const refused: [object, string, RegExp?][] = [
    [{ name: '' }, 'name'], [{ name: ' x' }, 'name'], [{ name: 'x'.repeat(101) }, 'name'], [{ name: 'a\0' }, 'name'], [{ name: undefined }, 'name', /required/],
    [{ type: 'saml' }, 'type', /available: openid/], [{ type: 'constructor' }, 'type'], [{ type: undefined }, 'type', /required/],
    [{ selfSignUp: 'maybe' }, 'selfSignUp'], [{ selfSignUp: null }, 'selfSignUp'], [{ selfSignUp: { emailDomains: [] } }, 'selfSignUp'], [{ selfSignUp: { emailDomains: ['@x'] } }, 'selfSignUp'],
    [{ linkByEmail: 'yes' }, 'linkByEmail'], [{ onEmailChange: 'yes' }, 'onEmailChange'], [{ position: -1 }, 'position'], [{ position: 1.5 }, 'position'],
    [{ callbackUrls: ['https://*.example.com'] }, 'callbackUrls', /wildcard/], [{ callbackUrls: ['http://example.com'] }, 'callbackUrls'], [{ logoutUrls: ['https://a.example.com/#x'] }, 'logoutUrls', /fragment/],
    [{ callbackUrls: ['javascript:alert(1)'] }, 'callbackUrls'], [{ callbackUrls: [1] }, 'callbackUrls'], [{ callbackUrls: 'https://x' }, 'callbackUrls'], [{ callbackUrls: ['https://u:p@example.com'] }, 'callbackUrls'],
    [{ roleIds: [1] }, 'roleIds'], [{ roleIds: { set: [] } }, 'roleIds'], [{ clientSecret: '' }, 'clientSecret'], [{ clientSecret: 5 }, 'clientSecret'],
    [{ options: [] }, 'options'], [{ options: { issuer: 'https://id.example.com' } }, 'options', /clientId is required/], [{ options: { ...whole.options, nonsense: 1 } }, 'options', /nonsense is not an option/],
    [{ options: { ...whole.options, clientSecret: 'hunter2' } }, 'options', /a separate field/], [{ options: { ...whole.options, credentials: { secretAccessKey: 'hunter2' } } }, 'options', /configuration/],
    [{ options: { ...whole.options, id: 'main' } }, 'options'], [{ options: { issuer: 'http://127.0.0.1:1', clientId: 'x' } }, 'options', /https/], [{ options: { issuer: 'ht\ttp://127.0.0.1:1', clientId: 'x' } }, 'options', /https/],
    [{ options: { ...whole.options, jwksUri: '\u0001http://127.0.0.1:1' } }, 'options', /https/], [{ color: 'red' }, 'color', /is not a field/]
  ]
  for (const [given, field, message = /./] of refused) {
    const error = await app.authProfiles.create({ ...whole, ...given } as never).then(() => null, (error: unknown) => error)
    t.match(error, { code: 'AUTH_PROFILES_ERR_INVALID_PROFILE', statusCode: 400, details: { [field]: message } }, JSON.stringify(given))
    t.notMatch(String(error), 'hunter2')
  }
  t.equal(app.authProfiles.list().length, 1)
  for (const id of ['x', 'a\0', '']) await t.rejects(app.authProfiles.update(id, { name: 'X' }), { code: 'AUTH_PROFILES_ERR_PROFILE_NOT_FOUND' })
})

t.test('settings are lists of addresses, compared exactly', async t => {
  const copies = await openCopies(t, 'sqlite')
  const { app } = await copies.open()
  t.strictSame(app.authProfiles.settings(), { allowedCallbacks: [], allowedLogouts: [], allowedWebOrigins: [], updatedAt: null })
  await app.authProfiles.updateSettings({ allowedCallbacks: ['https://a.example.com/cb', 'https://a.example.com/cb', 'http://localhost:3000/cb'], allowedWebOrigins: ['https://a.example.com'] })
  await app.authProfiles.updateSettings({ allowedLogouts: ['https://a.example.com'] })
  const settings = { allowedCallbacks: ['https://a.example.com/cb', 'http://localhost:3000/cb'], allowedLogouts: ['https://a.example.com'], allowedWebOrigins: ['https://a.example.com'], updatedAt: String }
  t.match(app.authProfiles.settings(), settings)
  for (const [field, value] of [
    ['allowedCallbacks', ['http://a.example.com']], ['allowedCallbacks', ['https://*.example.com/']], ['allowedCallbacks', ['com.example.app:/cb']], ['allowedCallbacks', ['/cb']], ['allowedCallbacks', 'https://a.example.com'],
    ['allowedLogouts', ['https://a.example.com/#a']], ['allowedLogouts', [null]], ['allowedWebOrigins', ['https://a.example.com/']], ['allowedWebOrigins', ['https://a.example.com/path']],
    ['allowedWebOrigins', ['*']], ['allowedWebOrigins', ['null']], ['allowedWebOrigins', ['https://A.example.com']], ['nonsense', []]
  ] as const) {
    await t.rejects(app.authProfiles.updateSettings({ [field]: value } as never), { code: 'AUTH_PROFILES_ERR_INVALID_SETTINGS', details: { [field]: String } }, `${field} ${JSON.stringify(value)}`)
  }
  await t.rejects(app.authProfiles.updateSettings({ allowedLogouts: [] }, { inTransaction: async () => { throw new Error('undone') } }), /undone/)
  t.match(app.authProfiles.settings(), settings)
  t.match((await copies.open()).app.authProfiles.settings(), settings, 'they are there after a restart')
})

t.test('a change announced after the app is closed opens no profile', async t => {
  const copies = await openCopies(t, 'postgres')
  const [here, there] = [recordingAdapter(), recordingAdapter()]
  const [one, other] = [await copies.open({ providers: here.registry }), await copies.open({ providers: there.registry })]
  await one.app.authProfiles.create({ name: 'A', type: 'recording', options: { issuer: 'https://id.example.com', clientId: 'a' } })
  let closed: Promise<undefined> | undefined
  await one.app.db.transaction().execute(async transaction => {
    await sql`lock table latchkey_authentication_settings`.execute(transaction)
    await other.untilFresh()
    closed = other.app.close()
    await new Promise(resolve => setTimeout(resolve, 300))
  })
  await closed
  t.strictSame([here.opened.length, there.opened.length], [1, 0])
})
