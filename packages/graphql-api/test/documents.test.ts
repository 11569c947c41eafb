import { buildSchema, getIntrospectionQuery, parse, validate } from 'graphql'
import t from 'tap'
import { documentRules, isCompilable } from '../dist/document-rules.js'
import { error, openApi } from './helpers/api.js'

t.test('a text argument is never run as a program, as graphql-jit would by itself', async t => {
  const { ask } = await openApi(t)
  const marker = '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d'
  const program = `${marker}(globalThis.intruded = true, 0)`
  for (const text of [`"${program}"`, `"${program.replace('M', '\\u004d')}"`, `"""${program}"""`]) {
    for (const query of [`{ user(id: ${text}) { id } }`, `query { ...F } fragment F on Query { user(id: ${text}) { id } }`, `mutation { userSignUp(user: { email: ${text} }) { id } }`]) {
      for (let time = 1; time <= 3; time++) t.match((await ask(query)).errors, [error('NotAuthorizedError')], query)
    }
  }
  t.notOk('intruded' in globalThis)
})

t.test('only queries without text literals, and of moderate size, are compiled', async t => {
  const schema = buildSchema('scalar JSON type Query { find(text: String, json: JSON, number: Int): Query }')
  const compiled = (query: string) => {
    const document = parse(query)
    t.strictSame(validate(schema, document, documentRules({ queryDepth: 10, maxAliases: 30, introspection: true })), [])
    return isCompilable(document)
  }
  t.ok(compiled('query ($text: String, $json: JSON) { find(text: $text, json: { a: [$json, 1, true, null, A] }, number: 7) { __typename } }'))
  t.notOk(compiled('{ find(text: "") { __typename } }'))
  t.notOk(compiled('{ ...F } fragment F on Query { find(json: { a: ["x"] }) { __typename } }'))
  t.notOk(compiled('query ($text: String = "x") { find(text: $text) { __typename } }'))
  t.notOk(compiled('{ find(json: { __proto__: { a: 1 } }) { __typename } }'))
  t.notOk(compiled('{ __proto__: find { __typename } }'))
  t.ok(compiled(`{ ${'__typename '.repeat(298)} }`))
  t.notOk(compiled(`{ ${'__typename '.repeat(299)} }`))
  t.notOk(isCompilable(parse('{ __typename }')), 'nor one that the rules have not seen')
  const inputs = 'input Pair { one: Int, other: [Pair2!]! } input Pair2 { one: Int } input Group { all: [Group!]! } input Way { there: Back } input Back { again: Way, group: Int } input Around { way: [Way] }'
  const within = buildSchema(`${inputs} type Query { find(pair: Pair, group: [Group], way: Way, around: Around, pairs: [Pair]): Int }`)
  for (const [type, expected] of Object.entries({ Pair: true, '[Pair]': true, 'Group!': false, '[Group]': false, Way: false, Back: false, Around: false })) {
    const document = parse(`query ($value: ${type}) { __typename }`)
    validate(within, document, documentRules({ queryDepth: 10, maxAliases: 30, introspection: true }))
    t.equal(isCompilable(document), expected, `${type}: the compiler would not end writing an input that contains itself`)
  }
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

t.test('a text of forty thousand braces is refused and does not exhaust the stack', async t => {
  const { ask } = await openApi(t)
  t.match((await ask('{a'.repeat(40_000))).errors, [error('ValidationError', { message: /tokens/ })])
  const unlimited = await openApi(t, 'sqlite', { graphqlApi: { maxTokens: 10_000_000 } })
  t.match((await unlimited.ask('{a'.repeat(40_000))).errors, [error('ValidationError')])
})

t.test('the introspection queries of tools are answered, unless introspection is off', async t => {
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
