import { buildSchema, parse } from 'graphql'
import t from 'tap'
import { costOf } from '../dist/query-cost.js'
import { error, openApi } from './helpers/api.js'

const schema = buildSchema(`
  type Query { me: User users(first: Int, last: Int): UserListResponse tags: [Tag] node: Node any: Any }
  type Mutation { touch: User }
  type User implements Node { id: ID name: String users(first: Int, last: Int): UserListResponse tags: TagListResponse }
  type UserListResponse { count: Int items: [User!]! }
  type TagListResponse { items: [Tag!]! }
  type Tag { name: String }
  interface Node { id: ID users(first: Int, last: Int): UserListResponse }
  union Any = User | Tag`)
const cost = (query: string, variables = {}) => costOf(schema, parse(query), variables)

t.test('a field costs one, and one in a list as often as the list can be long', async t => {
  t.equal(cost('{ me { id name } }'), 3)
  t.equal(cost('{ users(first: 7) { count items { id name } } }'), 1 + 1 + 1 + 7 * 2)
  t.equal(cost('{ users(first: 7, last: 3) { items { id } } }'), 2 + 3)
  t.equal(cost('{ users { items { id } } }'), 2 + 100, 'a page that names no size')
  t.equal(cost('{ tags { name } }'), 1 + 10, 'a list that has none')
  t.equal(cost('{ users(first: 5) { items { tags { items { name } } } } }'), 2 + 5 * (2 + 10))
  t.equal(cost('{ users(first: 5) { items { users(first: 6) { items { id } } } } }'), 2 + 5 * (2 + 6))
  t.equal(cost('{ users(first: -5) { items { id } } }'), 2 + 1)
})

t.test('aliases, fragments, interfaces and unions hide nothing', async t => {
  t.equal(cost('{ a: users(first: 50) { items { id } } b: users(first: 50) { items { id } } }'), 2 * (2 + 50))
  t.equal(cost('{ ...F ...F } fragment F on Query { users(first: 50) { ...G } } fragment G on UserListResponse { items { id } }'), 2 * (2 + 50))
  t.equal(cost('{ node { users(first: 50) { items { id } } } }'), 1 + 2 + 50)
  t.equal(cost('{ any { ... on User { users(first: 50) { items { id } } } } }'), 1 + 2 + 50)
  t.equal(cost('{ ... @include(if: false) { users(first: 50) { items { id } } } }'), 2 + 50)
  t.equal(cost('mutation { touch { users(first: 50) { items { id } } } }'), 1 + 2 + 50)
  t.equal(cost('query A { me { id } } query B { users(first: 50) { items { id } } }'), 2 + 50, 'the dearest operation counts')
})

t.test('a size in a variable counts with its value for each request', async t => {
  const document = parse('query ($size: Int, $other: Int = 20) { users(first: $size) { items { id } } more: users(last: $other) { items { id } } }')
  t.equal(costOf(schema, document, { size: 5 }), 2 + 5 + 2 + 20)
  t.equal(costOf(schema, document, { size: 500, other: 3 }), 2 + 500 + 2 + 3)
  t.equal(costOf(schema, document, {}), 2 + 100 + 2 + 20)
  t.equal(costOf(schema, document, { size: null, other: null }), 2 + 100 + 2 + 100)
})

t.test('fragments in fragments are measured in no time', async t => {
  const levels = Array.from({ length: 60 }, (_, level) => `fragment F${level} on Query { ...F${level + 1} ...F${level + 1} me { id } }`)
  t.ok(cost(`{ ...F0 } ${levels.join(' ')} fragment F60 on Query { me { id } }`) > 1e15)
  t.equal(cost('{ ...F } fragment F on Query { me { id } ...F }'), 2)
})

t.test('a query that costs too much is refused, and so is one with too many aliases', async t => {
  const { ask, user } = await openApi(t, 'sqlite', { graphqlApi: { maxCost: 1000, maxAliases: 3 } })
  const { token } = await user('root', { roles: ['Administrator'] })
  const list = 'query ($first: Int) { usersList(first: $first) { items { id email } } }'
  t.match((await ask(list, { token, variables: { first: 400 } })).data, { usersList: { items: [{ email: 'root@example.com' }] } })
  t.match((await ask(list, { token, variables: { first: 600 } })).errors, [error('ValidationError', { details: { query: /requests about 1202 fields, but the limit is 1000/ } })])
  for (let time = 0; time < 3; time++) {
    t.match((await ask('{ usersList(first: 50) { items { roles { items { users(first: 50) { items { id } } } } } } }', { token })).errors, [error('ValidationError', { details: { query: /limit is 1000/ } })])
  }
  t.match((await ask('{ a: user { id } b: user { id } c: user { id } }', { token })).errors, undefined)
  t.match((await ask('{ a: user { id } b: user { id } c: user { id } d: user { id } }', { token })).errors, [error('ValidationError', { message: /has 4 aliases; the limit is 3/ })])
})

t.test('the actual size of lists is limited too', async t => {
  const { ask, user } = await openApi(t, 'sqlite', { graphqlApi: { maxCost: 2000 } })
  const { token } = await user('root', { roles: ['Administrator'] })
  for (let index = 0; index < 150; index++) await user(`user-${index}`, { roles: ['Guest'] })
  const fields = 'id email firstName lastName status timezone origin is8base createdAt updatedAt a: id b: id c: id d: id e: id'
  const guests = (page: string, of = fields) => `{ role(name: "Guest") { users${page} { count items { ...F } } } } fragment F on User { ${of} }`
  for (let time = 0; time < 2; time++) {
    t.match((await ask(guests('(first: 120)'), { token })).errors, undefined)
    t.match(await ask(guests(''), { token }), { data: { role: { users: null } }, errors: [error('ValidationError', { details: { query: /returns more than 2000 fields/ } })] })
    t.match((await ask(guests('', 'id'), { token })).errors, undefined, 'each answer for itself')
  }
})

t.test('a query without any variables is answered', async t => {
  const { ask, user } = await openApi(t)
  const { token } = await user('root', { roles: ['Administrator'] })
  for (let time = 0; time < 3; time++) t.match(await ask('query ($first: Int) { usersList(first: $first) { count } }', { token }), { data: { usersList: { count: 1 } }, errors: undefined })
})

t.test('the default limit allows a large page with roles, but no page of pages', async t => {
  const { ask, user } = await openApi(t)
  const { token } = await user('root', { roles: ['Administrator'] })
  t.equal((await ask('{ usersList(first: 5000) { count items { id email firstName lastName status createdAt roles { items { id name } } } } }', { token })).errors, undefined)
  t.match((await ask('{ usersList(first: 5000) { items { roles { items { users(first: 5000) { items { id } } } } } } }', { token })).errors, [error('ValidationError')])
  t.match((await ask(`{ ${Array.from({ length: 31 }, (_, index) => `a${index}: user { id }`).join(' ')} }`, { token })).errors, [error('ValidationError')])
})
