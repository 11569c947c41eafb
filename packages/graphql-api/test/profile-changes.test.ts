import auditLog from '@latchkey/audit-log'
import type { IdentityProvider, ProviderRegistry } from '@latchkey/identity-provider'
import type { RolePermissions } from '@latchkey/role-permissions'
import { dialects, type Dialect } from '@latchkey/test-databases'
import { startTestIssuer } from '@latchkey/test-issuer'
import t, { type Test } from 'tap'
import { createIssuerOnlyProvider, error, openApi, type TestApi } from './helpers/api.js'

const create = 'mutation ($data: AuthenticationProfileCreateInput!) { authenticationProfileCreate(data: $data) { id name } }'
const update = 'mutation ($data: AuthenticationProfileUpdateInput!, $filter: AuthenticationProfileKeyFilter) { authenticationProfileUpdate(data: $data, filter: $filter) { id name } }'
const remove = 'mutation ($data: AuthenticationProfileDeleteInput, $filter: AuthenticationProfileKeyFilter) { authenticationProfileDelete(data: $data, filter: $filter) { success } }'
const allFields = 'id name type clientId domain issuer audiences secret hasSecret selfSignUpEnabled selfSignUpEmailDomains roles { items { name } } linkByEmail onEmailChange callbackUrls logoutUrls databaseName managementDomain attributes { ... on CognitoAuthProfileAttributes { clientAuthDomain } } options position declaredInConfiguration createdAt updatedAt'
const denied = (resource = 'AuthenticationProfiles', action = 'update') => [error('NotAuthorizedError', { message: 'Not Authorized', details: { resource, action } })]
const notFound = [error('EntityNotFoundError', { message: 'Authentication profile not found' })]
const site = 'https://app.example.com'

/** Adapters that take whatever options they are given, and remember them. */
function anyAdapters () {
  const opened: Record<string, unknown>[] = []
  const create = (options: Record<string, unknown>): IdentityProvider => {
    opened.push(options)
    return { ...createIssuerOnlyProvider({ issuer: `https://${String(options.domain)}/`, ...options } as never), issuer: { issuer: String(options.issuer ?? `https://${String(options.domain)}/`), clientId: String(options.clientId), audiences: (options.audiences as string[] | undefined) ?? [String(options.clientId)] } }
  }
  return { opened, providers: { test: create, openid: create, auth0: create, cognito: create } as unknown as ProviderRegistry }
}

async function open (t: Test, dialect: Dialect = 'sqlite') {
  const adapters = anyAdapters()
  const api = await openApi(t, dialect, { authProfiles: { secretKey: 'a secret key of at least 32 characters', providers: adapters.providers }, before: async app => { await app.register(auditLog) } })
  const { token } = await api.user('root', { roles: ['Administrator'] })
  const as = async (token: string, query: string, variables: object) => await api.ask(query, { token, variables: { ...variables } })
  return { ...api, ...adapters, token, as, root: async (query: string, variables: object = {}) => await as(token, query, variables) }
}

/** A profile that exists, of which its callbacks are at one site. */
async function profileOf ({ root, app }: Awaited<ReturnType<typeof open>>, data: object = {}) {
  const answer = await root(create, { data: { name: 'Partner', type: 'test', issuer: 'https://id.example.com', clientId: 'partner', callbackUrls: [`${site}/cb`], ...data } })
  if (answer.errors !== undefined) throw new Error(JSON.stringify(answer.errors))
  return app.authProfiles.find({ name: (answer.data?.authenticationProfileCreate as { name: string }).name }) as NonNullable<ReturnType<typeof app.authProfiles.find>>
}

/** Somebody who may change profiles, and whatever else is said. */
async function editor (api: Pick<TestApi, 'role' | 'user'>, permissions: RolePermissions['data'] = {}, { fields, filter }: { fields?: Record<string, boolean>, filter?: object } = {}) {
  await api.role('Profile editor', { data: { AuthenticationProfiles: { create: { allow: true }, read: { allow: true }, update: { allow: true, ...fields && { fields }, ...filter && { filter } }, delete: { allow: true, ...filter && { filter } } }, ...permissions } })
  return (await api.user('ed', { roles: ['Profile editor'] })).token
}

for (const dialect of dialects) {
  t.test(`${dialect}: an administrator creates a profile, which works at once, updates it and deletes it`, async t => {
    const { root, ask, app } = await open(t, dialect)
    const partner = await startTestIssuer()
    t.teardown(() => partner.close())
    await app.rolePermissions.create({ name: 'Guesty', permissions: {} })
    const made = await root(`mutation ($data: AuthenticationProfileCreateInput!) { authenticationProfileCreate(data: $data) { ${allFields} } }`, {
      data: {
        name: 'Partner',
        type: 'openid',
        issuer: partner.issuer,
        clientId: partner.clientId,
        secret: 'hunter2',
        selfSignUpEnabled: true,
        selfSignUpEmailDomains: ['example.com'],
        roles: { connect: [{ name: 'Guesty' }] },
        options: { scope: 'openid email' },
        managementDomain: 'manage.example.com',
        callbackUrls: [`${site}/cb`],
        logoutUrls: [site]
      }
    })
    t.equal(made.errors, undefined)
    const profile = made.data?.authenticationProfileCreate as { id: string }
    t.match(profile, {
      name: 'Partner',
      type: 'openid',
      issuer: partner.issuer,
      secret: null,
      hasSecret: true,
      selfSignUpEnabled: true,
      selfSignUpEmailDomains: ['example.com'],
      roles: { items: [{ name: 'Guesty' }] },
      linkByEmail: 'verified',
      managementDomain: 'manage.example.com',
      attributes: null,
      options: { scope: 'openid email' },
      position: 1,
      declaredInConfiguration: false,
      createdAt: String
    })
    const token = await partner.idToken({ subject: 'jane', email: 'jane@example.com' })
    t.equal((await ask(`mutation { userSignUpWithToken(user: { email: "jane@example.com" }, authProfileId: "${profile.id}") { id } }`, { token })).errors, undefined)
    t.match((await ask('{ user { email roles { items { name } } } }', { token })).data, { user: { email: 'jane@example.com', roles: { items: [{ name: 'Guesty' }] } } })

    const changed = await root(`mutation ($data: AuthenticationProfileUpdateInput!) { authenticationProfileUpdate(data: $data) { ${allFields} } }`, { data: { id: profile.id, name: 'Renamed', secret: null, selfSignUpEnabled: false, roles: { disconnect: [{ name: 'Guesty' }], connect: [{ name: 'Guest' }] } } })
    t.match(changed.data?.authenticationProfileUpdate, { name: 'Renamed', hasSecret: true, selfSignUpEnabled: false, roles: { items: [{ name: 'Guest' }] }, callbackUrls: [`${site}/cb`] })
    t.match((await root(update, { data: { secret: '' }, filter: { name: 'Renamed' } })).errors, undefined)
    t.equal(app.authProfiles.find({ id: profile.id })?.hasSecret, false)

    t.match((await root(remove, { filter: { id: profile.id } })).data, { authenticationProfileDelete: { success: true } })
    t.match((await ask('{ user { email } }', { token })).errors, [error('InvalidTokenError')])
    t.match((await root(remove, { data: { id: profile.id } })).errors, notFound)
    t.ok(await app.usersStore.findByEmail('jane@example.com'), 'its users stay')
  })

  t.test(`${dialect}: permissions hold by record and field`, async t => {
    const api = await open(t, dialect)
    const { as, root, app } = api
    const [mine, other] = [await profileOf(api, { name: 'Mine' }), await profileOf(api, { name: 'Other', clientId: 'other' })]
    const token = await editor(api, {}, { filter: { name: { starts_with: 'M' } }, fields: { name: true, logoutUrls: true } })
    await api.role('Own', { data: { AuthenticationProfiles: { read: { allow: true, filter: { type: { equals: 'test' } }, fields: { id: true, name: true } } } } })
    const reader = (await api.user('reader', { roles: ['Own'] })).token
    t.strictSame((await as(reader, '{ authenticationProfilesList { count items { id name issuer } } }', {})).data, { authenticationProfilesList: { count: 2, items: [{ id: mine.id, name: 'Mine', issuer: null }, { id: other.id, name: 'Other', issuer: null }] } }, 'a filter admits none of the configuration')
    t.match((await as(reader, '{ authenticationProfile(id: "main") { id } }', {})).errors, notFound)

    t.match((await as(token, update, { data: { id: mine.id, name: 'Mine too', logoutUrls: [site] } })).data, { authenticationProfileUpdate: { id: mine.id, name: 'Mine too' } })
    t.match((await as(token, update, { data: { id: other.id, name: 'Mine' } })).errors, notFound)
    t.match((await as(token, update, { data: { id: mine.id, name: 'Not mine' } })).errors, denied(), 'nor is it pushed out of reach')
    t.match((await as(token, update, { data: { id: mine.id, callbackUrls: [] } })).errors, denied())
    t.match((await as(token, update, { data: { id: 'main', name: 'M' } })).errors, notFound)
    t.match((await as(token, remove, { data: { id: other.id } })).errors, notFound)
    t.match((await as(token, remove, { data: { id: 'main' } })).errors, notFound)
    t.match((await as(reader, update, { data: { id: mine.id, name: 'M' } })).errors, denied())
    t.match((await as(reader, remove, { data: { id: mine.id } })).errors, denied('AuthenticationProfiles', 'delete'))
    t.match((await root(update, { data: { id: 'main', name: 'M' } })).errors, [error('ValidationError', { details: { id: /declared in the configuration\. Change it there\./ } })])
    t.match((await root(remove, { data: { id: 'main' } })).errors, [error('ValidationError', { details: { id: /declared in the configuration/ } })])
    t.strictSame(app.authProfiles.list().map(({ name }) => name), ['Main', 'Mine too', 'Other'])
  })
}

t.test('without full access, nobody creates a profile or changes whose tokens it accepts', async t => {
  const api = await open(t)
  const { as, app } = api
  const { id } = await profileOf(api, { secret: 'hunter2', databaseName: null })
  const token = await editor(api)
  const before = app.authProfiles.list()
  const data = { name: 'Evil', type: 'test', issuer: 'https://evil.example.com', clientId: 'x' }
  t.match((await as(token, create, { data })).errors, denied('AuthenticationProfiles', 'create'))
  t.match((await as(token, 'mutation ($data: AuthenticationProfileCreateInput!) { authenticationProfileTest(data: $data) { ok } }', { data })).errors, denied('AuthenticationProfiles', 'create'))
  const opened = api.opened.length
  for (const change of [
    { type: 'openid' }, { issuer: 'https://evil.example.com' }, { clientId: 'x' }, { audiences: ['x'] }, { domain: 'evil.example.com' }, { secret: 'x' }, { secret: '' },
    { linkByEmail: 'always' }, { linkByEmail: 'never' }, { onEmailChange: 'update' }, { options: { jwksUri: 'https://evil.example.com' } }, { managementDomain: 'x' },
    { callbackUrls: [`${site}/cb`, 'https://evil.example.com/cb'] }, { callbackUrls: ['com.evil.app:/cb'] }, { callbackUrls: [`${site}.evil.example.com/cb`] }
  ]) {
    t.match((await as(token, update, { data: { id, ...change } })).errors, denied(), JSON.stringify(change))
  }
  t.equal(api.opened.length, opened, 'and nothing of it is even tried')
  t.strictSame(app.authProfiles.list(), before)

  const changed = await as(token, update, { data: { id, name: 'Fine', type: 'test', linkByEmail: 'verified', issuer: 'https://id.example.com', callbackUrls: [`${site}/other`], logoutUrls: ['https://bye.example.com'], position: 1 } })
  t.equal(changed.errors, undefined, 'what stays as it is may be said, and a site that has codes already may have them elsewhere')
  t.match(app.authProfiles.find({ id }), { name: 'Fine', callbackUrls: [`${site}/other`], logoutUrls: ['https://bye.example.com'], hasSecret: true })
})

t.test('nobody gives a role, or lets people sign up with one, that allows more than they can do', async t => {
  const api = await open(t)
  const { as, app, root, role } = api
  const usersRead = { Users: { read: { allow: true } } }
  await role('Reader', { data: usersRead })
  await role('Deleter', { data: { Users: { delete: { allow: true } } } })
  const token = await editor(api, usersRead)
  const { id } = await profileOf(api)
  const set = async (data: object) => (await as(token, update, { data: { id, ...data } })).errors
  const roles = () => app.authProfiles.find({ id })?.roleIds.map(id => app.rolePermissions.find({ id })?.name).sort()

  t.match(await set({ roles: { connect: [{ name: 'Administrator' }] } }), denied('*', 'all'))
  t.match(await set({ roles: { connect: [{ name: 'Deleter' }] } }), denied('Users', 'delete'))
  t.match(await set({ roles: { reconnect: [{ name: 'Reader' }, { name: 'Deleter' }] } }), denied('Users', 'delete'))
  t.match(await set({ roles: { connect: [{ name: 'no such role' }] } }), denied('Roles', 'update'))
  t.equal(await set({ roles: { connect: [{ name: 'Reader' }] } }), undefined, 'a role of which they may do all, though they do not have it')
  t.strictSame(roles(), ['Reader'])
  t.equal(await set({ selfSignUpEnabled: true, selfSignUpEmailDomains: ['example.com'] }), undefined)

  t.match((await root(update, { data: { id, roles: { connect: [{ name: 'Deleter' }] }, selfSignUpEmailDomains: ['example.com'] } })).errors, undefined)
  for (const looser of [{ selfSignUpEmailDomains: ['example.com', 'evil.example.com'] }, { selfSignUpEmailDomains: ['evil.example.com'] }, { selfSignUpEmailDomains: [] }]) {
    t.match(await set(looser), denied('Users', 'delete'), JSON.stringify(looser))
  }
  t.equal(await set({ roles: { reconnect: [{ name: 'Reader' }, { name: 'Deleter' }] }, name: 'Same' }), undefined, 'those that are there already may stay')
  t.equal(await set({ selfSignUpEmailDomains: ['EXAMPLE.com'] }), undefined)
  t.equal(await set({ selfSignUpEnabled: false }), undefined, 'anybody may let in fewer')
  t.match(await set({ selfSignUpEnabled: true }), denied('Users', 'delete'))
  t.equal(await set({ roles: { disconnect: [{ name: 'Deleter' }] } }), undefined, 'and take roles away')
  t.equal(await set({ selfSignUpEnabled: true }), undefined)

  await app.rolePermissions.update(app.rolePermissions.guest().roles[0] as string, { permissions: { data: { Users: { update: { allow: true } } } } })
  t.match(await set({ roles: { reconnect: [] } }), denied('Users', 'update'), 'without a role people get Guest, which is one too')
  t.equal((await root(update, { data: { id, roles: { reconnect: [] }, selfSignUpEnabled: false } })).errors, undefined)
  t.match(await set({ selfSignUpEnabled: true }), denied('Users', 'update'))
  t.match((await root(update, { data: { id, roles: { connect: [{ name: 'no such role' }] } } })).errors, [error('EntityNotFoundError', { message: 'Role not found' })])
  t.match((await root(update, { data: { id, roles: { connect: [], reconnect: [] } } })).errors, [error('ValidationError', { details: { roles: String } })])
})

t.test('invalid input is reported by field, and a conflict by the other profile\'s name', async t => {
  const api = await open(t)
  const { root, app } = api
  const { id } = await profileOf(api, { secret: 'hunter2' })
  t.match((await root(update, { data: { id, issuer: 'https://evil.example.com' } })).errors, [error('ValidationError', { details: { secret: /must be entered again/ } })], 'a secret is sent to no other server')
  const whole = { name: 'X', type: 'test', issuer: 'https://id.example.com', clientId: 'x' }
  for (const [data, code, details] of [
    [{ ...whole, type: null }, 'ValidationError', { type: /is required/ }],
    [{ ...whole, type: 'saml' }, 'ValidationError', { type: /\(available: / }],
    [{ ...whole, linkByEmail: 'maybe' }, 'ValidationError', { linkByEmail: String }],
    [{ ...whole, callbackUrls: ['https://*.example.com'] }, 'ValidationError', { callbackUrls: /wildcard/ }],
    [{ ...whole, callbackUrls: [null] }, 'ValidationError', { callbackUrls: String }],
    [{ ...whole, selfSignUpEnabled: true, selfSignUpEmailDomains: ['@x'] }, 'ValidationError', { selfSignUpEmailDomains: /not a domain/ }],
    [{ ...whole, secret: 'x'.repeat(5000) }, 'ValidationError', { secret: String }],
    [{ ...whole, databaseName: 'db' }, 'ValidationError', { databaseName: /auth0/ }],
    [{ ...whole, options: { clientSecret: 'hunter2' } }, 'ValidationError', { options: String }],
    [{ ...whole, name: 'Partner' }, 'EntityExistsError', undefined],
    [{ ...whole, clientId: 'partner' }, 'EntityExistsError', undefined]
  ] as const) {
    const { errors } = await root(create, { data })
    t.match(errors, [error(code, details === undefined ? {} : { details })], JSON.stringify(data))
    t.notMatch(JSON.stringify(errors), 'hunter2')
  }
  t.match((await root(update, { data: { name: 'X' } })).errors, [error('ValidationError', { details: { filter: String } })])
  t.match((await root(update, { data: { id, name: 'X' }, filter: { id: 'main' } })).errors, [error('ValidationError', { details: { id: String } })])
  t.equal(app.authProfiles.list().length, 2)
})

t.test('accepts the field names of existing clients: databaseName, domains, a Cognito pool', async t => {
  const { root, app, opened } = await open(t)
  const made = async (data: object) => (await root(`mutation ($data: AuthenticationProfileCreateInput!) { authenticationProfileCreate(data: $data) { ${allFields} } }`, { data })).data?.authenticationProfileCreate
  t.match(await made({ name: 'A', type: 'auth0', domain: 'acme.eu.auth0.com', clientId: 'a', databaseName: 'db', managementDomain: 'acme.auth0.com' }), { domain: 'acme.eu.auth0.com', databaseName: 'db', managementDomain: 'acme.auth0.com' })
  t.match(opened.at(-1), { domain: 'acme.eu.auth0.com', connection: 'db' })
  t.notOk('managementDomain' in (opened.at(-1) ?? {}), 'which the adapter knows nothing of')
  t.match(await made({ name: 'B', type: 'openid', domain: 'id.example.com', clientId: 'b' }), { issuer: 'https://id.example.com', databaseName: null })
  t.match(await made({ name: 'C', type: 'cognito', domain: 'acme.auth.eu-west-1.amazoncognito.com', clientId: 'c', options: { region: 'eu-west-1', userPoolId: 'eu-west-1_a' } }), { domain: 'https://acme.auth.eu-west-1.amazoncognito.com', attributes: { clientAuthDomain: 'acme.auth.eu-west-1.amazoncognito.com' } })
  t.equal(app.authProfiles.list().length, 4)
})

t.test('every change is in the audit log, which shows only that a secret changed', async t => {
  const api = await open(t)
  const { root, app, logs } = api
  const { id } = await profileOf(api, { secret: 'hunter2' })
  await root(update, { data: { id, name: 'Renamed' } })
  await root(update, { data: { id, secret: 'hunter3' } })
  await root(update, { data: { id: 'main', name: 'X' } })
  await root(update, { data: { id, clientId: '' } })
  await root(remove, { data: { id } })
  const rows = await app.db.selectFrom('latchkey_audit_events').selectAll().orderBy('created_at').execute()
  t.match(rows.map(({ action, resource, record_id: recordId, before, after }) => ({ action, resource, recordId, before: before && JSON.parse(before), after: after && JSON.parse(after) })), [
    { action: 'create', resource: 'AuthenticationProfiles', recordId: id, before: null, after: { name: 'Partner', secret: '(kept)' } },
    { action: 'update', recordId: id, before: { name: 'Partner' }, after: { name: 'Renamed' } },
    { action: 'update', recordId: id, before: { secret: '(kept)' }, after: { secret: '(changed)' } },
    { action: 'delete', recordId: id, before: { name: 'Renamed' }, after: null }
  ])
  t.equal(rows.length, 4)
  t.notMatch(JSON.stringify([rows, logs]), /hunter/)
})

t.test('a new profile can be tested by anyone who could create it', async t => {
  const { root, app } = await open(t)
  const partner = await startTestIssuer()
  t.teardown(() => partner.close())
  const test = async (data: object) => (await root('mutation ($data: AuthenticationProfileCreateInput!) { authenticationProfileTest(data: $data) { step ok message } }', { data: { name: 'X', type: 'test', clientId: 'x', ...data } })).data?.authenticationProfileTest
  t.match(await test({ issuer: partner.issuer }), [{ step: 'options', ok: true }, { step: 'conflict', ok: true }, { step: 'discovery', ok: true }, { step: 'keys', ok: true, message: /one key/ }, { step: 'client', ok: true }])
  await partner.behave('error')
  t.match(await test({ issuer: partner.issuer, secret: 'hunter2' }), [{}, {}, { step: 'discovery', ok: false, message: /status 500/ }])
  t.equal(app.authProfiles.list().length, 1)
})

for (const dialect of dialects) {
  t.test(`${dialect}: an existing profile is tested by its id, with or without changes`, async t => {
    const api = await open(t, dialect)
    const { root, app, opened } = api
    const partner = await startTestIssuer()
    t.teardown(() => partner.close())
    const { id } = await profileOf(api, { issuer: partner.issuer, clientId: 'partner', secret: 'hunter2' })
    const [before, events] = [JSON.stringify(app.authProfiles.list()), await app.db.selectFrom('latchkey_audit_events').select('id').execute()]
    const test = async (variables: object) => await root('mutation ($data: AuthenticationProfileCreateInput, $id: ID) { authenticationProfileTest(data: $data, id: $id) { step ok message } }', variables)
    const fine = { errors: undefined, data: { authenticationProfileTest: ['options', 'conflict', 'discovery', 'keys', 'client'].map(step => ({ step, ok: true })) } }
    t.match(await test({ id }), fine)
    t.match(opened.at(-1), { id, issuer: partner.issuer, clientId: 'partner', clientSecret: 'hunter2' }, 'with its own secret')
    t.match(await test({ id, data: { name: 'Renamed', clientId: 'other', roles: { connect: [{ name: 'No such role' }] } } }), fine)
    t.match(opened.at(-1), { clientId: 'other', clientSecret: 'hunter2' })
    t.match(await test({ id, data: { name: 'Partner', secret: 'new' } }), fine)
    t.match(opened.at(-1), { clientSecret: 'new' })
    const tried = opened.length
    for (const data of [{ issuer: 'https://evil.example.com' }, { domain: 'evil.example.com' }, { type: 'openid' }, { options: { endpoint: 'https://evil.example.com' } }, { type: 'openid', domain: 'evil.example.com' }]) {
      t.match(await test({ id, data: { name: 'X', ...data } }), { data: null, errors: [error('ValidationError', { details: { secret: /must be entered again/ } })] }, JSON.stringify(data))
    }
    t.equal(opened.length, tried)
    await partner.behave('error')
    t.match((await test({ id })).data?.authenticationProfileTest, [{}, {}, { step: 'discovery', ok: false }])
    t.match(await test({ id: 'main' }), { errors: undefined }, 'one of the configuration too')
    t.match(await test({ id: 'main', data: { name: 'X' } }), { data: null, errors: [error('ValidationError', { details: { id: /configuration/ } })] })
    t.match(await test({ id: 'nobody' }), { data: null, errors: notFound })
    t.match(await test({}), { data: null, errors: [error('ValidationError', { details: { data: 'is required, unless the id of a profile to test is given' } })] })
    t.equal(JSON.stringify(app.authProfiles.list()), before)
    t.strictSame(await app.db.selectFrom('latchkey_audit_events').select('id').execute(), events)
    t.match(await test({ data: { name: 'X', type: 'test', issuer: partner.issuer, clientId: 'x' } }), { errors: undefined }, 'and data alone as ever')
  })

  t.test(`${dialect}: testing an existing profile needs full access and permission to update profiles`, async t => {
    const api = await open(t, dialect)
    const { as, user, role, opened } = api
    const { id } = await profileOf(api, { secret: 'hunter2' })
    const ed = await editor(api)
    const nobody = (await user('nobody')).token
    await role('Maker', { data: { AuthenticationProfiles: { create: { allow: true }, read: { allow: true } } } })
    const maker = (await user('maker', { roles: ['Maker'] })).token
    const tried = opened.length
    for (const token of [ed, nobody, maker, '']) {
      const answers = new Set<string>()
      for (const variables of [{ id }, { id: 'main' }, { id: 'unknown' }, { id, data: { name: 'X' } }]) {
        const { errors } = await as(token, 'mutation ($data: AuthenticationProfileCreateInput, $id: ID) { authenticationProfileTest(data: $data, id: $id) { ok } }', variables)
        if (token !== '') t.match(errors, denied())
        answers.add(JSON.stringify(errors))
      }
      t.equal(answers.size, 1, 'whether there is such a profile or not')
    }
    t.equal(opened.length, tried, 'and nothing is opened')
  })
}
