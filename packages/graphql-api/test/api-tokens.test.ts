import apiTokens from '@latchkey/api-tokens'
import { dialects, type Dialect } from '@latchkey/test-databases'
import mercurius from 'mercurius'
import t, { type Test } from 'tap'
import { error, openApi, type TestApi } from './helpers/api.js'

const open = async (t: Test, dialect: Dialect = 'sqlite') => await openApi(t, dialect, { before: async app => { await app.register(apiTokens) } })
const fields = 'id name expiresAt lastUsedAt revokedAt createdAt updatedAt createdBy { email } roles { count items { name } }'
const create = `mutation ($data: ApiTokenCreateInput!) { apiTokenCreate(data: $data) { token ${fields} } }`
const update = `mutation ($data: ApiTokenUpdateInput!, $filter: ApiTokenKeyFilter) { apiTokenUpdate(data: $data, filter: $filter) { ${fields} } }`
const remove = 'mutation ($data: ApiTokenKeyFilter, $filter: ApiTokenKeyFilter) { apiTokenDelete(data: $data, filter: $filter) { success } }'
const unknownId = '00000000-0000-4000-8000-000000000000'
const allOfIt = { create: { allow: true }, read: { allow: true }, update: { allow: true }, delete: { allow: true } }
const notFound = [error('EntityNotFoundError', { message: 'API token not found' })]
const denied = (resource: string, action: string) => [error('NotAuthorizedError', { message: 'Not Authorized', details: { resource, action } })]

/** A token with these roles, made beside the API. */
async function tokenOf ({ app }: TestApi, name: string, roles: string[], more: object = {}) {
  const ids = roles.map(role => app.rolePermissions.find({ name: role })?.id ?? `no role ${role}`)
  return await app.apiTokens.create({ name, roles: ids, ...more })
}

/** Counts how often a token is looked up by its secret, from now on. */
function countLookUps (t: Test, { app }: TestApi): { count: number } {
  const lookUps = { count: 0 }
  const prototype = Object.getPrototypeOf(app.db.getExecutor()) as { executeQuery (query: { sql: string }, ...rest: unknown[]): Promise<unknown> }
  const { executeQuery } = prototype
  t.intercept(prototype, 'executeQuery', {
    configurable: true,
    value: async function (this: never, query: { sql: string }, ...rest: unknown[]) {
      if (query.sql.includes('secret_hash')) lookUps.count++
      return await executeQuery.call(this, query, ...rest)
    }
  })
  return lookUps
}

for (const dialect of dialects) {
  t.test(`${dialect}: an administrator creates a token, which works at once, updates it, and deletes it, which ends it at once`, async t => {
    const api = await open(t, dialect)
    const { ask, user, role, app } = api
    await role('Reader', { data: { Users: { read: { allow: true } } } })
    await role('Writer', {})
    const { token, user: root } = await user('root', { roles: ['Administrator'] })
    const reader = app.rolePermissions.find({ name: 'Reader' })?.id
    const made = await ask(create, { token, variables: { data: { name: 'Nightly', roles: { connect: [{ name: 'Writer' }, { id: reader }] }, expiresAt: '2099-01-31T12:00:00+01:00' } } })
    t.equal(made.errors, undefined)
    const { token: secret, ...record } = made.data?.apiTokenCreate as { token: string, id: string }
    t.match(secret, /^lk_[\w-]{43}$/)
    t.match(record, { id: String, name: 'Nightly', expiresAt: '2099-01-31T11:00:00.000Z', lastUsedAt: null, revokedAt: null, createdBy: { email: 'root@example.com' }, roles: { count: 2 } })

    const asToken = await ask(`{ user(id: "${root.id}") { email } }`, { token: secret })
    t.strictSame(asToken.data, { user: { email: 'root@example.com' } }, 'it may what its roles may')
    const found = async (arguments_: string) => (await ask(`{ apiToken(${arguments_}) { ${fields} } }`, { token })).data?.apiToken
    for (const arguments_ of [`id: "${record.id}"`, 'name: "Nightly"', `id: "${record.id}", name: "Nightly"`]) t.match(await found(arguments_), { id: record.id, lastUsedAt: String }, arguments_)
    t.match((await ask('{ apiTokensList { count items { id name roles { items { name } } } } }', { token })).data, { apiTokensList: { count: 1, items: [{ id: record.id, name: 'Nightly' }] } })

    const changed = async (data: object, filter?: object) => (await ask(update, { token, variables: { data, filter } })).data?.apiTokenUpdate
    t.match(await changed({ id: record.id, name: 'Daily', roles: { disconnect: [{ name: 'Reader' }, { name: 'no such role' }] } }), { name: 'Daily', expiresAt: '2099-01-31T11:00:00.000Z', roles: { count: 1, items: [{ name: 'Writer' }] } })
    t.match((await ask(`{ user(id: "${root.id}") { email } }`, { token: secret })).errors, denied('Users', 'read'))
    t.match(await changed({ roles: { connect: [{ name: 'Reader' }] } }, { id: record.id }), { name: 'Daily', roles: { count: 2 } })
    t.match(await changed({ id: record.id, roles: { reconnect: [{ name: 'Guest' }] } }, { id: record.id }), { roles: { count: 1, items: [{ name: 'Guest' }] } })
    t.match(await changed({ id: record.id, name: null, roles: null, expiresAt: null }), { name: 'Daily', expiresAt: null, roles: { count: 1 } })

    t.strictSame((await ask(remove, { token, variables: { filter: { id: record.id } } })).data, { apiTokenDelete: { success: true } })
    t.match(await ask('{ user { id } }', { token: secret }), { data: null, errors: [error('InvalidTokenError', { message: 'Token invalid', extensions: { reason: 'unknown' } })] })
    t.match((await ask(remove, { token, variables: { data: { id: record.id } } })).errors, notFound)
  })

  t.test(`${dialect}: permissions on ApiTokens hold by record and by field`, async t => {
    const api = await open(t, dialect)
    const { ask, user, role } = api
    const own = { createdBy: { equals: '__loggedInUserId' } }
    await role('Own', { data: { ApiTokens: { create: { allow: true, filter: { name: { starts_with: 'jane' } } }, read: { allow: true, filter: own }, update: { allow: true, filter: own, fields: { name: true } }, delete: { allow: true, filter: own } } } })
    const jane = await user('jane', { roles: ['Own'] })
    const others = await tokenOf(api, 'other', ['Own'])
    const as = async (query: string, variables: object) => await ask(query, { token: jane.token, variables: { ...variables } })

    const made = await as('mutation ($data: ApiTokenCreateInput!) { apiTokenCreate(data: $data) { id token } }', { data: { name: 'jane 1' } })
    const { id } = made.data?.apiTokenCreate as { id: string }
    t.match((await as(create, { data: { name: 'x' } })).errors, denied('ApiTokens', 'create'), 'the filter of create is met by the new record')
    t.strictSame((await api.app.apiTokens.list()).map(({ name }) => name), ['jane 1', 'other'])

    t.match((await as('{ apiTokensList { count items { name } } }', {})).data, { apiTokensList: { count: 1, items: [{ name: 'jane 1' }] } })
    t.match((await as(`{ apiToken(id: "${others.token.id}") { id } }`, {})).errors, notFound)
    t.match((await as('mutation ($data: ApiTokenUpdateInput!) { apiTokenUpdate(data: $data) { name } }', { data: { id, name: 'jane 2' } })).data, { apiTokenUpdate: { name: 'jane 2' } })
    t.match((await as(update, { data: { id: others.token.id, name: 'x' } })).errors, notFound)
    for (const change of [{ expiresAt: '2098-01-01T00:00:00Z' }, { expiresAt: null }, { roles: { connect: [] } }]) t.match((await as(update, { data: { id, ...change } })).errors, denied('ApiTokens', 'update'))
    t.match((await as(remove, { data: { id: others.token.id } })).errors, notFound)
    t.match((await as(remove, { data: { id } })).data, { apiTokenDelete: { success: true } })
    t.strictSame((await api.app.apiTokens.list()).map(({ name }) => name), ['other'])
  })

  t.test(`${dialect}: a role's fields can be set only for records that its own filter admits`, async t => {
    const api = await open(t, dialect)
    const { ask, user, role, app } = api
    const jane = { name: { starts_with: 'jane' } }
    await role('Names of her own', { data: { ApiTokens: { update: { allow: true, fields: { name: true }, filter: jane }, create: { allow: true, fields: { name: true }, filter: jane } } } })
    await role('Ends of all', { data: { ApiTokens: { update: { allow: true, fields: { expiresAt: true } }, create: { allow: true, fields: { name: true, expiresAt: true }, filter: { name: { starts_with: 'end' } } } } } })
    const { token } = await user('jane', { roles: ['Names of her own', 'Ends of all'] })
    const own = (await tokenOf(api, 'jane 1', [])).token.id
    const other = (await tokenOf(api, 'other', [])).token.id
    const change = async (data: object) => (await ask('mutation ($data: ApiTokenUpdateInput!) { apiTokenUpdate(data: $data) { id } }', { token, variables: { data } })).errors
    const expiresAt = '2098-01-01T00:00:00.000Z'
    t.equal(await change({ id: other, expiresAt }), undefined)
    t.equal(await change({ id: own, name: 'jane 2', expiresAt }), undefined)
    t.match(await change({ id: other, name: 'x' }), notFound)
    t.match(await change({ id: other, name: 'x', expiresAt: null }), notFound)
    const make = async (data: object) => (await ask('mutation ($data: ApiTokenCreateInput!) { apiTokenCreate(data: $data) { id } }', { token, variables: { data } })).errors
    t.equal(await make({ name: 'end', expiresAt }), undefined)
    t.match(await make({ name: 'jane 3', expiresAt }), denied('ApiTokens', 'create'))
    t.strictSame((await app.apiTokens.list()).map(({ name, expiresAt }) => [name, expiresAt]), [['end', expiresAt], ['jane 2', expiresAt], ['other', expiresAt]])
  })

  t.test(`${dialect}: only a principal with full access can give a token roles that they do not have`, async t => {
    const api = await open(t, dialect)
    const { ask, user, role, app } = api
    await role('Token keeper', { data: { ApiTokens: allOfIt, Roles: { read: { allow: true } } } })
    await role('Own', {})
    await role('Everything', { all: true })
    const keeper = await user('keeper', { roles: ['Token keeper', 'Own'] })
    const keeperToken = await tokenOf(api, 'keeper', ['Token keeper', 'Own'])
    const victim = await tokenOf(api, 'victim', ['Administrator'], { expiresAt: '2099-01-01' })
    const target = await tokenOf(api, 'target', ['Own'])
    const administrator = app.rolePermissions.administrator().id

    for (const token of [keeper.token, keeperToken.secret]) {
      const refused = async (query: string, variables: object, message: string) => t.match((await ask(query, { token, variables: { ...variables } })).errors, denied('Roles', 'update'), message)
      for (const key of [{ id: administrator }, { name: 'Administrator' }, { name: 'Everything' }, { name: 'Guest' }, { name: 'no such role' }, { id: unknownId }, {}, { name: 'Own', id: administrator }]) {
        await refused(create, { data: { name: 'x', roles: { connect: [{ name: 'Own' }, key] } } }, `create ${JSON.stringify(key)}`)
        await refused(update, { data: { id: target.token.id, roles: { connect: [key] } } }, `connect ${JSON.stringify(key)}`)
        await refused(update, { data: { id: target.token.id, roles: { reconnect: [key] } } }, `reconnect ${JSON.stringify(key)}`)
      }
      for (const expiresAt of [null, '2098-01-01T00:00:00Z']) await refused(update, { data: { id: victim.token.id, expiresAt } }, 'nor for another time')
      t.equal((await ask(update, { token, variables: { data: { id: victim.token.id, roles: { connect: [{ name: 'Own' }] } } } })).errors, undefined, 'an own role may be given')
      t.equal((await ask(update, { token, variables: { data: { id: target.token.id, expiresAt: '2098-01-01T00:00:00Z' } } })).errors, undefined)
      t.match((await ask(create, { token, variables: { data: { name: `by ${token.slice(0, 3)}`, roles: { connect: [{ name: 'Own' }] } } } })).data, { apiTokenCreate: { roles: { items: [{ name: 'Own' }] } } })
    }
    t.strictSame((await app.apiTokens.list()).filter(({ roles }) => roles.includes(administrator)).map(({ name }) => name), ['victim'])

    const boss = await user('boss', { roles: ['Everything'] })
    t.match((await ask(create, { token: boss.token, variables: { data: { name: 'boss', roles: { connect: [{ name: 'Administrator' }] } } } })).data, { apiTokenCreate: { roles: { count: 1 } } })
    t.match((await ask(create, { token: boss.token, variables: { data: { name: 'boss 2', roles: { connect: [{ name: 'no such role' }] } } } })).errors, [error('EntityNotFoundError', { message: 'Role not found' })])
  })

  t.test(`${dialect}: an API token has no user, and its own variable in filters`, async t => {
    const api = await open(t, dialect)
    const { ask, role, user } = api
    await role('Itself', { data: { ApiTokens: { read: { allow: true, filter: { id: { equals: '__requestingApiToken' } } } }, Users: { read: { allow: true, filter: { id: { equals: '__loggedInUserId' } } } } } })
    const { user: jane } = await user('jane')
    const { token, secret } = await tokenOf(api, 'itself', ['Itself'])
    await tokenOf(api, 'other', ['Itself'])
    t.strictSame((await ask('{ apiTokensList { count items { id name } } }', { token: secret })).data, { apiTokensList: { count: 1, items: [{ id: token.id, name: 'itself' }] } })
    const noUser = [error('EntityNotFoundError', { message: 'User not found', path: ['user'] })]
    t.match(await ask('{ user { id } }', { token: secret }), { status: 200, data: { user: null }, errors: noUser })
    t.match(await ask(`{ user(id: "${jane.id}") { id } }`, { token: secret }), { status: 200, data: { user: null }, errors: noUser })
    t.match((await ask('mutation { userSignUp(user: { email: "x@example.com" }) { id } }', { token: secret })).errors, denied('Users', 'create'), 'nor does it sign up as one')
  })
}

t.test('a token that fails ends the request before anything runs, as an ID token does', async t => {
  const api = await open(t)
  const { ask, app, logs } = api
  const { token, secret } = await tokenOf(api, 'x', ['Administrator'])
  const query = 'mutation { apiTokenCreate(data: { name: "y" }) { id } }'
  const refused = async (value: string, code: string, message: string, reason?: string) => {
    const expected = [error(code, { message, ...reason !== undefined && { extensions: { reason } } })]
    t.match(await ask(query, { token: value }), { status: 200, data: null, errors: expected }, value.slice(0, 50))
    t.match(await ask(query, { token: value, headers: { accept: 'application/graphql-response+json' } }), { status: 401, errors: expected, headers: { 'www-authenticate': /^Bearer/ } })
  }
  await refused(`${secret}x`, 'InvalidTokenError', 'Token invalid', 'malformed')
  await refused('lk_eyJhbGciOiJub25lIn0.e30.', 'InvalidTokenError', 'Token invalid', 'malformed')
  await refused(`lk_${'x'.repeat(1_000_000)}`, 'InvalidTokenError', 'Token invalid', 'malformed')
  await refused(`lk_${'x'.repeat(43)}`, 'InvalidTokenError', 'Token invalid', 'unknown')
  await refused(secret.replace('lk_', 'LK_'), 'InvalidTokenError', 'Token invalid', 'malformed')
  await app.apiTokens.update(token.id, { expiresAt: '2020-01-31' })
  await refused(secret, 'TokenExpiredError', 'Token expired')
  await app.apiTokens.revoke(token.id)
  await refused(secret, 'InvalidTokenError', 'Token invalid', 'revoked')
  t.equal((await app.apiTokens.list()).length, 1)
  t.notMatch(JSON.stringify(logs), secret.slice(3))
  t.notOk(logs.some(line => (line.level as number) >= 50), 'expected errors are no errors of this app')
})

t.test('a token is looked up once for a request, however many fields ask', async t => {
  const api = await open(t)
  const { token, secret } = await tokenOf(api, 'x', ['Administrator'])
  await api.app.apiTokens.authenticate(secret)
  const lookUps = countLookUps(t, api)
  const one = `apiToken(id: "${token.id}") { id createdBy { id } roles { items { id } } }`
  t.equal((await api.ask(`{ a: ${one} b: ${one} c: authenticationProfilesList { count } }`, { token: secret })).errors, undefined)
  t.equal(lookUps.count, 1)
})

t.test('while the database does not answer, a token is neither accepted nor a guest', async t => {
  const api = await open(t)
  const { secret } = await tokenOf(api, 'x', ['Administrator'])
  await api.app.db.schema.dropTable('latchkey_api_token_roles').execute()
  t.match(await api.ask('{ apiTokensList { count } }', { token: secret }), { data: null, errors: [error('InternalError', { message: 'Internal error' })] })
  t.notMatch(JSON.stringify(api.logs), secret.slice(3))
})

t.test('mutations that ignore tokens also ignore API tokens', async t => {
  const { ask } = await open(t)
  const answer = await ask('mutation { userRefreshToken(data: { refreshToken: "x" }) { idToken } }', { token: `lk_${'x'.repeat(43)}` })
  t.match(answer.errors, [error('ValidationError', { path: ['userRefreshToken'] })], 'it is run, and says that the profile cannot refresh')
})

t.test('the secret is in no other result, and ApiToken has no field for it', async t => {
  const api = await open(t)
  const { token: root } = await api.user('root', { roles: ['Administrator'] })
  const made = (await api.ask(create, { token: root, variables: { data: { name: 'x' } } })).data?.apiTokenCreate as { token: string, id: string }
  t.match((await api.ask('{ apiTokensList { items { token } } }', { token: root })).errors, [error('ValidationError', { message: /Cannot query field "token"/ })])
  const answers = [await api.ask(`{ apiToken(id: "${made.id}") { ${fields} } }`, { token: root }), await api.ask(update, { token: root, variables: { data: { id: made.id, name: 'y' } } })]
  t.notMatch(JSON.stringify(answers) + JSON.stringify(api.logs), made.token.slice(3))
})

t.test('without permission to read tokens, nobody learns which exist, and neither do guests', async t => {
  const api = await open(t)
  const { secret } = await tokenOf(api, 'x', [])
  for (const token of [undefined, secret, (await api.user('jane')).token]) {
    for (const query of ['{ apiTokensList { count } }', '{ apiToken(name: "x") { id } }', '{ apiToken(name: "y") { id } }', '{ apiToken { id } }']) {
      t.match((await api.ask(query, { token })).errors, denied('ApiTokens', 'read'), query)
    }
    t.match((await api.ask(create, { token, variables: { data: { name: 'y' } } })).errors, denied('ApiTokens', 'create'))
    for (const id of [unknownId, (await api.app.apiTokens.find({ name: 'x' }))?.id]) {
      t.match((await api.ask(update, { token, variables: { data: { id, name: 'y' } } })).errors, denied('ApiTokens', 'update'))
      t.match((await api.ask(remove, { token, variables: { data: { id } } })).errors, denied('ApiTokens', 'delete'))
    }
  }
  t.equal((await api.app.apiTokens.list()).length, 1)
})

t.test('unreadable fields of a token are null, and its creator is shown as far as it is readable', async t => {
  const api = await open(t)
  await api.role('Names', { data: { ApiTokens: { create: { allow: true, fields: { name: true } }, update: { allow: true, fields: { name: true } }, read: { allow: true, fields: { name: true } } } } })
  await api.role('Blind', { data: { ApiTokens: { update: { allow: true } } } })
  const root = await api.user('root', { roles: ['Administrator'] })
  const { token } = await tokenOf(api, 'x', ['Names'], { createdBy: root.user.id })
  const names = await api.user('names', { roles: ['Names'] })
  const nothing = { id: null, expiresAt: null, lastUsedAt: null, revokedAt: null, createdAt: null, updatedAt: null, createdBy: null, roles: null }
  t.strictSame((await api.ask(`{ apiToken(id: "${token.id}") { ${fields} } }`, { token: names.token })).data, { apiToken: { ...nothing, name: 'x' } })
  t.strictSame((await api.ask(update, { token: names.token, variables: { data: { id: token.id, name: 'y' } } })).data, { apiTokenUpdate: { ...nothing, id: token.id, name: 'y' } })
  for (const more of [{ roles: { connect: [] } }, { expiresAt: '2098-01-01T00:00:00Z' }]) t.match((await api.ask(create, { token: names.token, variables: { data: { name: 'z', ...more } } })).errors, denied('ApiTokens', 'create'))
  const blind = await api.user('blind', { roles: ['Blind'] })
  t.strictSame((await api.ask(update, { token: blind.token, variables: { data: { id: token.id, name: 'z' } } })).data, { apiTokenUpdate: { ...nothing, id: token.id, name: null } })
  await api.role('Reader', { data: { ApiTokens: { read: { allow: true } } } })
  const reader = await api.user('reader', { roles: ['Reader'] })
  const seen = await api.ask(`{ apiToken(id: "${token.id}") { name createdBy { email } roles { count } } }`, { token: reader.token })
  t.match(seen.data, { apiToken: { name: 'z', createdBy: null, roles: null } })
  t.match(seen.errors, denied('Roles', 'read'))
})

t.test('the count of a page is that of the whole list', async t => {
  const api = await open(t)
  const { token } = await api.user('root', { roles: ['Administrator'] })
  for (const name of ['c', 'a', 'b']) await tokenOf(api, name, [])
  const list = async (arguments_: string) => await api.ask(`{ apiTokensList(${arguments_}) { count items { name } } }`, { token })
  t.strictSame((await list('first: 2')).data, { apiTokensList: { count: 3, items: [{ name: 'a' }, { name: 'b' }] } })
  t.strictSame((await list('skip: 1, last: 1')).data, { apiTokensList: { count: 3, items: [{ name: 'c' }] } })
  t.strictSame((await list(`after: "${(await api.app.apiTokens.find({ name: 'b' }))?.id}"`)).data, { apiTokensList: { count: 3, items: [{ name: 'c' }] } })
  t.match((await list('first: -1')).errors, [error('ValidationError', { details: { first: 'must not be negative' } })])
})

t.test('invalid arguments are a ValidationError by field', async t => {
  const api = await open(t)
  const { token } = await api.user('root', { roles: ['Administrator'] })
  const { token: record } = await tokenOf(api, 'x', [])
  const refused = async (query: string, variables: object, code: string, details?: object) => t.match((await api.ask(query, { token, variables: { ...variables } })).errors, [error(code, details && { details })], JSON.stringify(variables))
  await refused(create, { data: { name: '' } }, 'ValidationError', { name: String })
  await refused(create, { data: { name: 'x'.repeat(101) } }, 'ValidationError', { name: String })
  await refused(create, { data: { name: 'y', expiresAt: '2020-01-01T00:00:00Z' } }, 'ValidationError', { expiresAt: String })
  await refused(create, { data: { name: 'x' } }, 'EntityExistsError')
  await refused(update, { data: { name: 'y' } }, 'ValidationError', { id: String })
  await refused(update, { data: { id: record.id, name: 'y' }, filter: { id: unknownId } }, 'ValidationError', { id: String })
  await refused(update, { data: { id: unknownId, name: 'y', expiresAt: null } }, 'EntityNotFoundError')
  await refused(update, { data: { id: record.id, roles: { connect: [], reconnect: [] } } }, 'ValidationError', { roles: String })
  await refused(remove, {}, 'ValidationError', { id: String })
  await refused('{ apiToken { id } }', {}, 'ValidationError', { id: String })
  for (const arguments_ of [`id: "${unknownId}"`, 'name: "y"', 'id: ""', `id: "${record.id}", name: "y"`]) await refused(`{ apiToken(${arguments_}) { id } }`, {}, 'EntityNotFoundError')
  t.strictSame(await api.app.apiTokens.list(), [record])
})

t.test('API tokens also work in an app that runs queries from its own route', async t => {
  const api = await openApi(t, 'sqlite', {
    before: async app => {
      await app.register(apiTokens)
      await app.register(mercurius, { schema: 'type Query { size: Int }', routes: false })
      app.post('/own', async (request, reply) => await reply.graphql((request.body as { query: string }).query))
    }
  })
  const { secret } = await tokenOf(api, 'x', ['Administrator'])
  const send = async (token: string) => (await api.app.inject({ method: 'POST', url: '/own', headers: { authorization: `Bearer ${token}` }, payload: { query: '{ apiTokensList { count } }' } })).json()
  t.strictSame(await send(secret), { data: { apiTokensList: { count: 1 } } })
  t.match(await send(`${secret}x`), { errors: [{ message: 'Token invalid' }] })
})

t.test('a request that the app\'s own hook has authenticated is not authenticated again', async t => {
  const api = await openApi(t, 'sqlite', {
    before: async app => {
      await app.register(apiTokens)
      app.addHook('onRequest', async request => { await app.authProfiles.authenticate(request) })
    }
  })
  const { secret, token } = await tokenOf(api, 'x', ['Administrator'])
  await api.app.apiTokens.authenticate(secret)
  const lookUps = countLookUps(t, api)
  t.strictSame((await api.ask('{ apiTokensList { items { id } } }', { token: secret })).data, { apiTokensList: { items: [{ id: token.id }] } })
  t.equal(lookUps.count, 1)
})

t.test('without the plugin, the schema has no API tokens, and they are refused', async t => {
  const { ask, app, user } = await openApi(t)
  const { token } = await user('root', { roles: ['Administrator'] })
  t.match((await ask('{ apiTokensList { count } }', { token })).errors, [error('ValidationError', { message: /Cannot query field "apiTokensList"/ })])
  t.equal(app.graphql.schema.getType('ApiToken'), undefined)
  t.notOk(app.rolePermissions.tables.has('ApiTokens'))
  t.match((await ask('{ user { id } }', { token: `lk_${'x'.repeat(43)}` })).errors, [error('InvalidTokenError', { extensions: { reason: 'malformed' } })])
})
