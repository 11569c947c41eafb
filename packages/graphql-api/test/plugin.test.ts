import Fastify, { type FastifyInstance } from 'fastify'
import mercurius from 'mercurius'
import t from 'tap'
import graphqlApi, { mercuriusOptions, type GraphqlApiOptions } from '../dist/index.js'
import { error, openApi } from './helpers/api.js'

t.test('needs the plugins it works on', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await t.rejects(async () => await app.register(graphqlApi), { code: 'FST_ERR_PLUGIN_DEPENDENCY_NOT_REGISTERED' })
})

const refused: [string, object, RegExp][] = [
  ['an unknown option', { graphiql: true }, /graphiql is not an option/],
  ['a depth that is none', { queryDepth: 0 }, /queryDepth/],
  ['a path that is no path', { path: 'graphql' }, /path/],
  ['an ide by name', { ide: 'graphiql' }, /ide must be boolean/]
]
for (const [what, options, message] of refused) {
  t.test(`registration refuses ${what}, naming it`, async t => {
    await t.rejects(openApi(t, 'sqlite', { graphqlApi: options as GraphqlApiOptions }), { code: 'GRAPHQL_API_ERR_INVALID_OPTIONS', message })
  })
}

t.test('a second registration fails as that of any plugin, whatever its options', async t => {
  for (const options of [{}, { ide: true }]) {
    await t.rejects(openApi(t, 'sqlite', { graphqlApi: options, before: async app => { await app.register(graphqlApi) } }), { code: 'FST_ERR_DEC_ALREADY_PRESENT', message: /graphqlApi/ })
  }
})

t.test('serves GraphQL at its path, and GraphiQL if enabled', async t => {
  const { app } = await openApi(t, 'sqlite', { graphqlApi: { path: '/api', ide: true } })
  t.match((await app.inject({ method: 'POST', url: '/api', payload: { query: '{ __typename }' } })).json(), { data: { __typename: 'Query' } })
  t.equal((await app.inject('/graphql')).statusCode, 404)
  t.match(await app.inject('/graphiql'), { statusCode: 200, headers: { 'content-type': /html/ } })
  const { app: without } = await openApi(t)
  t.equal((await without.inject('/graphiql')).statusCode, 404)
})

t.test('gives the app\'s resolvers the principal, once per request', async t => {
  const { ask, app, user } = await openApi(t, 'sqlite', { before: ownSchema })
  t.match((await ask('{ whoAmI }')).data, { whoAmI: 'guest' })
  const jane = await user('jane')
  t.match((await ask('{ whoAmI again: whoAmI user { email } }', { token: jane.token })).data, { whoAmI: jane.user.id, again: jane.user.id, user: { email: 'jane@example.com' } })
  t.match(await app.graphql('{ whoAmI }'), { data: { whoAmI: 'guest' } }, 'a query run inside the process is a guest\'s')
})

t.test('extends the schema of an app that has Mercurius already', async t => {
  const { ask, user, token } = await openApi(t, 'sqlite', { before: ownSchema })
  t.match((await ask('mutation { setSize(size: 7) }')).data, { setSize: 7 })
  t.match((await ask('{ startedAt }')).data, { startedAt: 'today' }, 'with its own scalars')
  const jane = await user('jane')
  t.match((await ask('{ startedAt user { email createdAt } }', { token: jane.token })).data, { startedAt: 'today', user: { email: 'jane@example.com', createdAt: String } })
  t.match((await ask('mutation { userSignUp(user: { email: "joe@example.com" }) { email } }', { token: await token({ subject: 'joe' }) })).data, { userSignUp: { email: 'joe@example.com' } })
  t.match(await ask('{ user { id } }', { token: await token({ expiresIn: -60 }) }), { data: null, errors: [error('TokenExpiredError')] })
  t.match((await ask('{"kind":"Document"}')).errors, [error('ValidationError')])
})

t.test('extends a schema that has no mutations, or other names for its root types', async t => {
  const schemas = ['type Query { size: Int }', 'schema { query: Questions mutation: Orders } type Questions { size: Int } type Orders { size: Int }']
  for (const schema of schemas) {
    const { ask, token } = await openApi(t, 'sqlite', { before: async app => { await app.register(mercurius, { schema, resolvers: {}, ...mercuriusOptions() }) } })
    const jane = await token({ subject: 'jane' })
    t.match((await ask('mutation { userSignUp(user: { email: "jane@example.com" }) { email } }', { token: jane })).data, { userSignUp: { email: 'jane@example.com' } })
    t.match((await ask('{ size user { email } }', { token: jane })).data, { size: null, user: { email: 'jane@example.com' } })
  }
})

t.test('extends the schema of an app whose Mercurius was registered before anything of Latchkey', async t => {
  for (const limited of [true, false]) {
    const { ask, user, token } = await openApi(t, 'sqlite', { first: limited ? ownSchema : bareSchema })
    t.strictSame((await ask('{ user { id } }')).data, { user: null }, 'a guest')
    t.match((await ask('mutation { userSignUp(user: { email: "joe@example.com" }) { email } }', { token: await token({ subject: 'joe' }) })).data, { userSignUp: { email: 'joe@example.com' } })
    const jane = await user('jane')
    t.match((await ask('{ user { email } }', { token: jane.token })).data, { user: { email: 'jane@example.com' } })
    t.match((await ask('{ user { email } }', { token: await token({ expiresIn: -60 }) })).errors, [{ message: 'Token expired' }])
  }
})

t.test('refuses options that have no effect, because the app registers Mercurius itself', async t => {
  await t.rejects(openApi(t, 'sqlite', { before: ownSchema, graphqlApi: { queryDepth: 3 } }), { code: 'GRAPHQL_API_ERR_INVALID_OPTIONS', message: /queryDepth has no effect/ })
})

t.test('a token counts even without the route options, and in queries from the app\'s own route', async t => {
  const { app, user, token } = await openApi(t, 'sqlite', {
    before: async app => {
      const { additionalRouteOptions, ...options } = mercuriusOptions()
      await app.register(mercurius, { schema: 'type Query { size: Int }', resolvers: {}, ...options })
      app.get('/me', async (_request, reply) => await reply.graphql('{ user { email } }'))
    }
  })
  const jane = await user('jane')
  const get = async (token: string) => (await app.inject({ url: '/me', headers: { authorization: `Bearer ${token}` } })).json()
  t.match(await get(jane.token), { data: { user: { email: 'jane@example.com' } } })
  t.match(await get(await token({ expiresIn: -60 })), { data: { user: null }, errors: [error('TokenExpiredError')] })
})

async function bareSchema (app: FastifyInstance): Promise<void> {
  await app.register(mercurius, { schema: 'type Query { size: Int }', resolvers: {} })
}

async function ownSchema (app: FastifyInstance): Promise<void> {
  let size = 0
  await app.register(mercurius, {
    schema: 'scalar DateTime type Query { whoAmI: String startedAt: DateTime } type Mutation { setSize(size: Int!): Int }',
    resolvers: {
      Query: {
        whoAmI: async (_source, _arguments, context) => {
          const principal = await app.graphqlApi.principal(context)
          return principal.kind === 'user' ? principal.userId : principal.kind
        },
        startedAt: () => 'today'
      },
      Mutation: { setSize: (_source, { size: given }) => { size = given; return size } }
    },
    ...mercuriusOptions()
  })
}
