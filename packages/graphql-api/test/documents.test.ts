import { getIntrospectionQuery } from 'graphql'
import t from 'tap'
import { error, openApi } from './helpers/api.js'

t.test('a text argument is never run as a program, as graphql-jit would by itself', async t => {
  const { ask } = await openApi(t)
  const marker = '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d'
  const arguments_ = [
    `id: "${marker}(globalThis.intruded = true, 0)"`,
    `id: "${marker.replace('M', '\\u004d')}(globalThis.intruded = true, 0)"`,
    `id: """${marker}(globalThis.intruded = true, 0)"""`,
    'id: "__MAGIC_NAN__57f286b9_4c20_487f_b409_79804ddcb4f8"'
  ]
  for (const argument of arguments_) {
    for (let time = 0; time < 3; time++) {
      t.match((await ask(`{ user(${argument}) { id } }`)).errors, [error('ValidationError')], argument)
      t.match((await ask(`mutation { userSignUp(user: { email: "a@b.c" }, authProfileId: ${argument.slice(4)}) { id } }`)).errors, [error('ValidationError')])
    }
  }
  t.notOk('intruded' in globalThis)
})

t.test('a query may be nested ten fields deep, counted through fragments, and no deeper', async t => {
  const { ask, user } = await openApi(t)
  const { token } = await user('jane')
  const nested = (depth: number) => '{ user '.padEnd(7) + '{ createdBy '.repeat(depth - 2) + '{ id }' + ' }'.repeat(depth - 1)
  t.equal((await ask(nested(10), { token })).errors, undefined)
  t.match((await ask(nested(11), { token })).errors, [error('ValidationError', { message: /11 fields deep; the limit is 10/ })])
  const byFragments = (depth: number) => `{ user { ...F0 } } ${Array.from({ length: depth }, (_, index) => `fragment F${index} on User { ... on User { createdBy { ${index === depth - 1 ? 'id' : `...F${index + 1}`} } } }`).join(' ')}`
  t.equal((await ask(byFragments(8), { token })).errors, undefined)
  t.match((await ask(byFragments(9), { token })).errors, [error('ValidationError')])
  t.match((await ask('{ user { ...F } } fragment F on User { createdBy { ...F } }', { token })).errors, [error('ValidationError')])
})

t.test('the limits are options', async t => {
  const { ask } = await openApi(t, 'sqlite', { graphqlApi: { queryDepth: 2, maxTokens: 20 } })
  t.equal((await ask('{ a: __typename }')).errors, undefined)
  t.match((await ask('{ user { createdBy { id } } }')).errors, [error('ValidationError')])
  t.match((await ask(`{ ${'a: __typename '.repeat(7)} }`)).errors, [error('ValidationError', { message: /tokens/ })])
})

t.test('a text of a million braces is refused and does not exhaust the stack', async t => {
  const { ask } = await openApi(t)
  t.match((await ask('{a'.repeat(400_000))).errors, [error('ValidationError', { message: /tokens/ })])
  const unlimited = await openApi(t, 'sqlite', { graphqlApi: { maxTokens: 10_000_000 } })
  t.match((await unlimited.ask('{a'.repeat(400_000))).errors, [error('ValidationError')])
})

t.test('the questions that tools ask about the schema are answered, unless introspection is off', async t => {
  const open = await openApi(t)
  t.type((await open.ask(getIntrospectionQuery())).data?.__schema, 'object')
  const closed = await openApi(t, 'sqlite', { graphqlApi: { introspection: false } })
  t.match((await closed.ask(getIntrospectionQuery())).errors?.[0], error('ValidationError', { message: /introspection/i }))
  t.equal((await closed.ask('{ __typename }')).errors, undefined)
})

t.test('introspection is off by default in production', async t => {
  const before = process.env.NODE_ENV
  t.teardown(() => { process.env.NODE_ENV = before })
  process.env.NODE_ENV = 'production'
  const { ask } = await openApi(t)
  t.match((await ask('{ __schema { types { name } } }')).errors, [error('ValidationError')])
})
