import { dialects, type Dialect } from '@latchkey/test-databases'
import { sql } from 'kysely'
import { createClient } from 'graphql-ws'
import mercurius, { type MercuriusContext } from 'mercurius'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import { mercuriusOptions, subscriptionOptions } from '../dist/index.js'
import { all, openAdministration } from './helpers/administration.js'
import { error, openApi, type Answer } from './helpers/api.js'
import { countStatements } from './helpers/statements.js'

const header = 'latchkey-view-as'
const unknownId = '00000000-0000-4000-8000-000000000000'

/** What somebody may ask, each for itself, since one refusal can leave nothing of an answer. */
const questions = [
  '{ user { id email firstName roles { items { name } } permissions { items { resource permission } } identities { subject } } }',
  '{ user(email: "ben@example.com") { id email status createdBy { email } } }',
  '{ usersList { count items { id email firstName createdBy { id } } } }',
  '{ usersList(filter: { is_self: true }) { count } }',
  '{ usersList(filter: { not_self: true }) { count } }',
  '{ rolesList { count items { name users { count } } } }',
  '{ apiTokensList { count items { id name } } }',
  '{ auditEventsList(filter: { action: { not_equals: "viewAs" } }) { count } }',
  '{ authenticationProfilesList { count items { id name issuer } } }',
  '{ authenticationSettings { allowedCallbacks } }',
  '{ permissionResources { tables { name } } }',
  '{ permissionFilterCheck(table: "Users", filter: {}) { valid count } }'
]
const who = '{ user { email roles { items { name } } } }'

async function open (t: Test, dialect: Dialect) {
  const api = await openAdministration(t, dialect)
  const { app, ask, role, user } = api
  const own = { allow: true, filter: { id: { equals: '__loggedInUserId' } } }
  await role('Reader', { data: { Users: { read: { allow: true, fields: { id: true, email: true }, filter: { email: { starts_with: 'b' } } } }, Roles: { read: all } } })
  await role('Own', { data: { Users: { read: own } } })
  await role('Made', { data: { ApiTokens: { read: { allow: true, filter: { id: { equals: '__requestingApiToken' } } } }, Users: { read: { allow: true, filter: { id: { not_equals: '__loggedInUserId' } } } } } })
  await app.rolePermissions.update(app.rolePermissions.guest().roles[0] as string, { permissions: { data: { AuthenticationProfiles: { read: { allow: true, fields: { id: true, name: true } } } } } })
  const idOf = (name: string) => app.rolePermissions.find({ name })?.id as string
  const root = await user('root', { roles: ['Administrator'], user: { firstName: 'Root' } })
  const people = {
    ada: await user('ada', { roles: ['Reader', 'Own'] }),
    ben: await user('ben', { roles: [] }),
    carl: await user('carl', { roles: ['Administrator'] })
  }
  const nightly = await app.apiTokens.create({ name: 'Nightly', roles: [idOf('Made')] })
  const viewing = async (subject: unknown, query = who, { token = root.token, headers = {} }: { token?: string | undefined, headers?: Record<string, string> } = {}) =>
    await ask(query, { token, headers: { [header]: typeof subject === 'string' ? subject : JSON.stringify(subject), ...headers } })
  return { ...api, root, people, nightly, idOf, viewing }
}

const withoutHeaders = ({ status, data, errors }: Answer) => ({ status, data, errors })

for (const dialect of dialects) {
  t.test(`${dialect}: a query is answered as for the subject`, async t => {
    const { ask, people, nightly, viewing, root, logs } = await open(t, dialect)
    const answersTo = async (send: (question: string) => Promise<Answer>) => await Promise.all(questions.map(async question => withoutHeaders(await send(question))))
    const asRoot = async () => await answersTo(async question => await ask(question, { token: root.token }))
    const before = await asRoot()
    const subjects: [string, object, string | undefined][] = [
      ...Object.entries(people).map(([name, { user, token }]): [string, object, string] => [name, { userId: user.id }, token]),
      ['an API token', { apiTokenId: nightly.token.id }, nightly.secret],
      ['a guest', { guest: true }, undefined]
    ]
    const answers = new Set<string>()
    for (const [name, subject, token] of subjects) {
      const expected = await answersTo(async question => await ask(question, { token }))
      // More than once: as a new text, as a known one and as a compiled one.
      for (const time of [1, 2, 3]) t.strictSame(await answersTo(async question => await viewing(subject, question)), expected, `${name}, time ${time}`)
      answers.add(JSON.stringify(expected))
    }
    t.equal(answers.size, subjects.length, 'they differ')
    t.strictSame(await asRoot(), before, 'and the sender is who they were')
    const lines = logs.filter(({ msg }) => msg === 'view as')
    t.equal(lines.length, 3 * subjects.length * questions.length, 'each is logged once')
    t.match(lines[0], { level: 40, sender: { userId: root.user.id }, as: { userId: people.ada.user.id } })
    t.notOk(JSON.stringify(logs).includes(root.token.split('.')[2] as string), 'without the token')
  })

  t.test(`${dialect}: roles are viewed as a user with these roles who does not exist`, async t => {
    const { viewing, idOf, ask, user } = await open(t, dialect)
    const viewed = async (question: string, ...names: string[]) => await viewing({ roleIds: names.map(idOf) }, question)
    const count = async (filter: string, ...names: string[]) => (await viewed(`{ usersList(filter: ${filter}) { count } }`, ...names)).data?.usersList
    for (const names of [[], ['Reader'], ['Administrator']]) t.match(await viewed('{ user { id } }', ...names), { data: { user: null }, errors: [error('EntityNotFoundError', { message: 'User not found' })] })
    t.match((await viewed('{ usersList { count } }')).errors, [error('NotAuthorizedError', { details: { resource: 'Users', action: 'read' } })])
    t.strictSame(await count('{}', 'Own'), { count: 0 }, 'own records are nobody\'s')
    t.strictSame(await count('{}', 'Made'), { count: 4 })
    t.strictSame(await count('{ is_self: true }', 'Administrator'), { count: 0 })
    t.strictSame(await count('{}', 'Own', 'Administrator'), { count: 4 })
    const same = await user('erin', { roles: ['Reader'] })
    for (const question of questions.slice(1).filter(question => !question.includes('_self'))) {
      t.strictSame(withoutHeaders(await viewed(question, 'Reader')), withoutHeaders(await ask(question, { token: same.token })), question)
    }
  })

  t.test(`${dialect}: viewing as somebody else needs full access, which is checked before anything is looked up`, async t => {
    const api = await open(t, dialect)
    const { viewing, people, nightly, user, role, idOf, app, logs } = api
    await role('Nearly', { data: Object.fromEntries(['Users', 'Roles', 'ApiTokens', 'AuthenticationProfiles', 'AuditEvents'].map(table => [table, { create: all, read: all, update: all, delete: all }])) })
    const nearly = await user('nearly', { roles: ['Nearly'] })
    const statements = countStatements(t, api)
    const subjects = [{ userId: people.carl.user.id }, { userId: unknownId }, { apiTokenId: nightly.token.id }, { roleIds: [idOf('Administrator')] }, { roleIds: [unknownId] }, { guest: true }, { userId: nearly.user.id }]
    for (const token of [nearly.token, nightly.secret, undefined]) {
      const send = async (subject: object) => await api.ask(who, { token, headers: { [header]: JSON.stringify(subject) } })
      await send({ guest: true })
      const answers = new Set<string>()
      for (const subject of subjects) {
        const asked = await statements.during(async () => { answers.add(JSON.stringify(withoutHeaders(await send(subject)))) })
        t.strictSame(asked.filter(statement => !/latchkey_user_identities|"secret_hash"|from "latchkey_api_tokens" as "token"/.test(statement)), [], 'nothing but the sender')
      }
      t.strictSame(answers.size, 1)
      t.match(JSON.parse([...answers][0] as string), { data: null, errors: [error('NotAuthorizedError', { details: { resource: '*', action: 'all' } })] })
    }
    t.match(await viewing({ guest: true }, who, { token: 'no token' }), { data: null, errors: [error('InvalidTokenError')] })
    const stranger = await api.token({ subject: 'stranger', email: 'stranger@example.com' })
    t.match(await viewing({ guest: true }, who, { token: stranger }), { data: null, errors: [error('EntityNotFoundError')] })
    t.notOk(logs.some(({ msg }) => msg === 'view as'))
    const root = await app.apiTokens.create({ name: 'Root', roles: [idOf('Administrator')] })
    t.match(await viewing({ userId: people.ben.user.id }, who, { token: root.secret }), { data: { user: { email: 'ben@example.com' } } }, 'an API token that may do everything does')
  })

  t.test(`${dialect}: nobody can view as a subject that does not exist or would be refused`, async t => {
    const { viewing, nightly, app } = await open(t, dialect)
    t.match(await viewing({ userId: unknownId }), { data: null, errors: [error('EntityNotFoundError', { message: 'User not found' })] })
    t.match(await viewing({ apiTokenId: unknownId }), { data: null, errors: [error('EntityNotFoundError', { message: 'API token not found' })] })
    t.match(await viewing({ roleIds: [unknownId] }), { data: null, errors: [error('EntityNotFoundError', { message: 'Role not found' })] })
    await app.apiTokens.revoke(nightly.token.id)
    t.match(await viewing({ apiTokenId: nightly.token.id }), { data: null, errors: [error('ValidationError', { details: { [header]: /Nightly is refused \(revoked\)\. Create a new token/ } })] })
  })
}

t.test('only queries are allowed: mutations are refused before anything is executed', async t => {
  const { viewing, app, people } = await open(t, 'sqlite')
  const rows = async () => JSON.stringify(await Promise.all((['latchkey_users', 'latchkey_roles', 'latchkey_audit_events'] as const).map(async table => (await app.db.selectFrom(table).selectAll().execute()).filter(row => (row as { action?: string }).action !== 'viewAs'))))
  const before = await rows()
  const ada = { userId: people.ada.user.id }
  const forOne = (operation: string) => [error('ValidationError', { details: { [header]: `is for queries only: send the ${operation} without it, as yourself` } })]
  for (const mutation of [
    'mutation { userUpdate(data: { firstName: "New" }) { id } }',
    `mutation { roleDelete(data: { id: "${unknownId}" }) { success } }`,
    'mutation { userIdentityDelete(data: { issuer: "x", subject: "x" }) { success } }',
    'mutation { userIdentityLink(data: { idToken: "x" }) { id } }',
    'mutation { getToken(code: "x", authProfileId: "main") { token } }',
    'mutation { userLogin(data: { email: "a@example.com", password: "x" }) { success } }',
    'mutation { authenticationProfileTest(data: { name: "x", type: "test" }) { ok } }'
  ]) t.match(await viewing(ada, mutation), { data: null, errors: forOne('mutation') }, mutation)
  t.match(await viewing(ada, 'mutation { userLogin(data: { email: "a@example.com", password: "x" }) { success } }', { token: 'expired' }), { data: null, errors: forOne('mutation') }, 'also what needs no token')
  t.match(await viewing(ada, 'subscription { user { id } }'), { data: null, errors: forOne('subscription') })
  t.match(await viewing(ada, 'query {'), { data: null, errors: [error('ValidationError', { message: /^Syntax Error/ })] })
  const two = async (operationName: string) => (await app.inject({
    method: 'POST', url: '/graphql', headers: { authorization: `Bearer ${people.carl.token}`, [header]: JSON.stringify(ada) }, payload: { operationName, query: 'query A { user { email } } mutation B { userUpdate(data: { firstName: "New" }) { id } }' }
  })).json<Answer>()
  t.match(await two('A'), { data: { user: { email: 'ada@example.com' } } })
  t.match(await two('B'), { data: null, errors: forOne('mutation') })
  t.match(await two('C'), { data: null, errors: [error('ValidationError')] })
  t.equal(await rows(), before)
})

t.test('a malformed header is an invalid request, whoever sends it', async t => {
  const { viewing, people, logs } = await open(t, 'sqlite')
  for (const text of [
    '', 'x', '{', '[]', 'null', '{}', '"guest"', '{"guest":false}', '{"guest":"true"}', '{"guest":null}', '{"userId":null}', '{"userId":""}', '{"userId":1}', '{"userId":["a"]}', '{"userId":"a\\u0000"}',
    '{"roleIds":"a"}', '{"roleIds":[1]}', '{"roleIds":[""]}', `{"roleIds":${JSON.stringify(Array.from({ length: 101 }, () => 'a'))}}`, '{"email":"ada@example.com"}', '{"token":"x"}',
    '{"userId":"a","guest":true}', '{"userId":"a","guest":false}', '{"__proto__":{"guest":true}}', '{"toString":true}', '{"guest":true}, {"guest":true}'
  ]) {
    for (const token of [people.carl.token, people.ben.token]) {
      const answer = await viewing(text, who, { token })
      t.match(answer, { status: 400, data: null, errors: [error('ValidationError', { details: { [header]: /^must be JSON with exactly one of \{"userId": "…"\}/ } })] }, text)
    }
  }
  t.notOk(logs.some(({ msg }) => msg === 'view as'))
})

t.test('works with GET too, and the response is not cached', async t => {
  const { app, people, root } = await open(t, 'sqlite')
  const get = async (headers: Record<string, string>) => await app.inject({ url: '/graphql', query: { query: '{ user { email } }' }, headers: { authorization: `Bearer ${root.token}`, ...headers } })
  const viewed = await get({ [header]: JSON.stringify({ userId: people.ada.user.id }) })
  t.strictSame(viewed.json(), { data: { user: { email: 'ada@example.com' } } })
  t.equal(viewed.headers['cache-control'], 'no-store')
  t.strictSame((await get({})).json(), { data: { user: { email: 'root@example.com' } } })
})

t.test('the app\'s resolvers and context see the subject, and nothing of the sender', async t => {
  const seen = async (_source: unknown, _arguments: unknown, context: MercuriusContext) => JSON.stringify({
    principal: context.reply.request.principal, identity: context.reply.request.identity, asked: await context.app.graphqlApi.principal(context), made: (context as { made?: unknown }).made
  })
  const { ask, user } = await openApi(t, 'sqlite', {
    before: async app => {
      await app.register(mercurius, { schema: 'type Query { seen: String }', resolvers: { Query: { seen } }, context: async request => ({ made: request.principal }), ...mercuriusOptions() })
    }
  })
  const root = await user('root', { roles: ['Administrator'] })
  const ada = await user('ada')
  const { data } = await ask('{ seen }', { token: root.token, headers: { [header]: JSON.stringify({ userId: ada.user.id }) } })
  const principal = { kind: 'user', userId: ada.user.id, email: 'ada@example.com', roles: [] }
  t.strictSame(JSON.parse(data?.seen as string), { principal, identity: null, asked: principal, made: principal })
  const somebody = async () => (JSON.parse((await ask('{ seen }', { token: root.token, headers: { [header]: '{"roleIds":[]}' } })).data?.seen as string) as { principal: { userId: string } }).principal.userId
  const [one, other] = [await somebody(), await somebody()]
  t.match(one, /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/, 'an id that columns of the app take')
  t.not(one, other, 'and that nobody could have, or make records of')
  t.match(await ask('{ seen }', { token: root.token, headers: { [header]: JSON.stringify({ apiTokenId: unknownId }) } }), { data: null, errors: [error('ValidationError', { details: { apiTokenId: /no API tokens/ } })] })
})

t.test('without the route options the header is refused, never ignored', async t => {
  const { ask, user } = await openApi(t, 'sqlite', {
    before: async app => {
      const { additionalRouteOptions: _left, ...options } = mercuriusOptions()
      await app.register(mercurius, { schema: 'type Query { hello: String }', resolvers: { Query: { hello: () => 'hello' } }, ...options })
    }
  })
  const { token } = await user('root', { roles: ['Administrator'] })
  const headers = { [header]: '{"guest":true}' }
  t.match(await ask('{ hello }', { token, headers }), { data: null, errors: [{ extensions: { code: 'ValidationError', details: { [header]: /mercuriusOptions\(\)/ } } }] })
  t.strictSame((await ask('{ hello }', { token })).data, { hello: 'hello' })
})

t.test('the app\'s own route that runs queries refuses the header too', async t => {
  const { app, user } = await openApi(t, 'sqlite', { after: app => { app.get('/own', async (_request, reply) => await reply.graphql('{ user { email } }')) } })
  const { token } = await user('root', { roles: ['Administrator'] })
  const get = async (headers: Record<string, string>) => (await app.inject({ url: '/own', headers: { authorization: `Bearer ${token}`, ...headers } })).json<Answer>()
  t.strictSame(await get({}), { data: { user: { email: 'root@example.com' } } })
  t.match(await get({ [header]: '{"guest":true}' }), { statusCode: 400, code: 'GRAPHQL_API_ERR_INVALID_ARGUMENT' })
})

t.test('nothing over a WebSocket accepts the header', async t => {
  const { app, user } = await openApi(t, 'sqlite', {
    before: async app => {
      await app.register(mercurius, {
        schema: 'type Query { hello: String } type Mutation { change: String } type Subscription { clock: String }',
        resolvers: { Query: { hello: () => 'hello' }, Mutation: { change: () => 'changed' }, Subscription: { clock: { subscribe: async function * () { yield { clock: 'now' } } } } },
        ...mercuriusOptions(),
        subscription: { ...subscriptionOptions(app), fullWsTransport: true }
      })
    }
  })
  const { token } = await user('root', { roles: ['Administrator'] })
  const url = `${(await app.listen({ port: 0 })).replace('http', 'ws')}/graphql`
  const text = '{"guest":true}'
  const withHeader = class extends WebSocket {
    constructor (address: string, protocols: string[]) { super(address, protocols, { headers: { [header]: text } }) }
  }
  const ways: [string, object][] = [
    ['its own header', { webSocketImpl: withHeader, connectionParams: { token } }],
    ['connection_init', { webSocketImpl: WebSocket, connectionParams: { token, 'Latchkey-View-As': text } }],
    ['headers in it', { webSocketImpl: WebSocket, connectionParams: { token, headers: { [header]: text } } }]
  ]
  const ask = async (options: object, query: string) => {
    const client = createClient({ url, retryAttempts: 0, lazy: true, ...options })
    const heard = await new Promise<unknown>(resolve => { client.subscribe({ query }, { next: resolve, error: resolve, complete: () => {} }) })
    await client.dispose()
    return JSON.stringify(heard)
  }
  for (const query of ['subscription { clock }', '{ hello }', 'mutation { change }']) {
    t.match(await ask({ webSocketImpl: WebSocket, connectionParams: { token } }, query), /now|hello|changed/)
    for (const [way, options] of ways) {
      const heard = await ask(options, query)
      t.notMatch(heard, /now|hello|"changed"/, `${way}: ${query}`)
      t.match(heard, /request is invalid|ValidationError/i, `${way}: ${query}`)
    }
  }
})

t.test('cached results of sender and subject are never mixed', async t => {
  const { viewing, ask, people, root, app } = await open(t, 'sqlite')
  const seen = await Promise.all(Array.from({ length: 20 }, async (_, index) => (index % 2 === 0 ? await viewing({ userId: people.ada.user.id }, who) : await ask(who, { token: root.token })).data))
  for (const [index, data] of seen.entries()) t.match(data, { user: { email: index % 2 === 0 ? 'ada@example.com' : 'root@example.com' } })
  await app.rolePermissions.unassign(people.ada.user.id, app.rolePermissions.list().map(({ id }) => id))
  t.strictSame((await viewing({ userId: people.ada.user.id }, who)).data, { user: { email: 'ada@example.com', roles: { items: [] } } })
  await sql`delete from latchkey_users where id = ${people.ada.user.id}`.execute(app.db)
  t.match(await viewing({ userId: people.ada.user.id }, who), { data: null, errors: [error('EntityNotFoundError')] })
})

t.test('a later hook of the app that authenticates the sender again causes a refusal', async t => {
  const { user, ask } = await openApi(t, 'sqlite', { after: app => { app.addHook('preHandler', app.authProfiles.authenticate) } })
  const { token } = await user('root', { roles: ['Administrator'] })
  const asGuest = await ask('{ rolesList { count } }', { token, headers: { [header]: '{"guest":true}' } })
  t.match(asGuest.errors, [{ code: 'ValidationError', details: { [header]: /onRequest hook/ } }])
  t.match((await ask('{ rolesList { count } }', { token })).data, { rolesList: { count: Number } })
})

for (const dialect of dialects) {
  t.test(`${dialect}: viewing as a user or an API token is recorded in the audit log once for many queries, or refused`, async t => {
    const { app, people, nightly, viewing, root, idOf } = await open(t, dialect)
    const { ada, ben, carl } = people
    await app.db.deleteFrom('latchkey_audit_events').execute()
    await Promise.all(Array.from({ length: 8 }, async () => { t.equal((await viewing({ userId: ada.user.id })).errors, undefined) }))
    await viewing({ userId: ada.user.id }, who, { token: carl.token })
    await viewing({ apiTokenId: nightly.token.id })
    await viewing({ guest: true })
    await viewing({ roleIds: [idOf('Own')] })
    await viewing({ userId: ada.user.id }, who, { token: ben.token })
    await viewing({ userId: unknownId })
    const events = await app.auditLog.read((await app.db.selectFrom('latchkey_audit_events').select('id').execute()).map(({ id }) => id))
    t.strictSame(events.map(({ actorId, action, table, recordId, before, after }) => [actorId, action, table, recordId, before, after]).sort(), [
      [root.user.id, 'viewAs', 'Users', ada.user.id, null, null],
      [carl.user.id, 'viewAs', 'Users', ada.user.id, null, null],
      [root.user.id, 'viewAs', 'ApiTokens', nightly.token.id, null, null]
    ].sort())

    await app.db.schema.alterTable('latchkey_audit_events').renameTo('elsewhere').execute()
    t.match(await viewing({ userId: ben.user.id }), { data: null, errors: [error('InternalError')] })
    t.equal((await viewing({ userId: ada.user.id })).errors, undefined, 'what is noted already is not noted anew')
    await app.db.schema.alterTable('elsewhere' as never).renameTo('latchkey_audit_events').execute()
    t.match((await viewing({ userId: ben.user.id })).data, { user: { email: 'ben@example.com' } })
  })
}
