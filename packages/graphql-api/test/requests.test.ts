import { auditServer } from 'graphql-http'
import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { error, openApi } from './helpers/api.js'

const graphqlResponse = 'application/graphql-response+json'

/** How a request is malformed, what status it has whatever the client accepts, and which part is named. */
const malformed: [string, object, number, string, RegExp?][] = [
  ['a body that is no JSON', { payload: '{"query":', headers: { 'content-type': 'application/json' } }, 400, 'body'],
  ['an empty body', { payload: '', headers: { 'content-type': 'application/json' } }, 400, 'body'],
  ['a body that would set a prototype', { payload: '{"query":"{ user { id } }","__proto__":{}}', headers: { 'content-type': 'application/json' } }, 400, 'body'],
  ['a body that is a list', { payload: [{ query: '{ user { id } }' }] }, 400, 'body', /batches are not supported/],
  ['a body that is text', { payload: '"{ user { id } }"', headers: { 'content-type': 'application/json' } }, 400, 'body'],
  ['a body that is null', { payload: 'null', headers: { 'content-type': 'application/json' } }, 400, 'body'],
  ['a body that is too large', { payload: { query: `{ user { id } } # ${'x'.repeat(1024 * 1024)}` } }, 413, 'body'],
  ['no content type and no body', {}, 415, 'content-type'],
  ['plain text', { payload: '{ user { id } }', headers: { 'content-type': 'text/plain' } }, 415, 'content-type'],
  ['a form', { payload: 'query=%7Buser%7Bid%7D%7D', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415, 'content-type'],
  ['a bare query', { payload: '{ user { id } }', headers: { 'content-type': 'application/graphql' } }, 415, 'content-type'],
  ['a type that only starts as JSON', { payload: '{}', headers: { 'content-type': 'application/json-seq' } }, 415, 'content-type'],
  ['no query', { payload: {} }, 400, 'query'],
  ['an empty query', { payload: { query: '' } }, 400, 'query'],
  ['a query that is too long', { payload: { query: `{ user { id } } # ${'x'.repeat(100_000)}` } }, 400, 'query', /100000/],
  ['a query that is an object', { payload: { query: { kind: 'Document', definitions: [] } } }, 400, 'query'],
  ['an operation name that is no name', { payload: { query: '{ user { id } }', operationName: 'a b' } }, 400, 'operationName'],
  ['an operation name that is too long', { payload: { query: '{ user { id } }', operationName: 'x'.repeat(256) } }, 400, 'operationName'],
  ['an operation name that is a number', { payload: { query: '{ user { id } }', operationName: 1 } }, 400, 'operationName'],
  ['variables that are a list', { payload: { query: '{ user { id } }', variables: [] } }, 400, 'variables'],
  ['variables that are text', { payload: { query: '{ user { id } }', variables: '{}' } }, 400, 'variables'],
  ['extensions that are text', { payload: { query: '{ user { id } }', extensions: 'x' } }, 400, 'extensions'],
  ['a GET without a query', { method: 'GET' }, 400, 'query'],
  ['a GET with two queries', { method: 'GET', url: '/graphql?query={__typename}&query={__typename}' }, 400, 'query'],
  ['a GET with variables that are no JSON', { method: 'GET', query: { query: '{ __typename }', variables: '{' } }, 400, 'variables'],
  ['a GET with variables that are a list', { method: 'GET', query: { query: '{ __typename }', variables: '[]' } }, 400, 'variables'],
  ['a GET that mutates', { method: 'GET', query: { query: 'mutation { userSignUp(user: { email: "a@b.c" }) { id } }' } }, 405, 'method']
]

t.test('a request that is not GraphQL gets a ValidationError that names the part', async t => {
  const { app } = await openApi(t)
  for (const [name, request, status, part, reason] of malformed) {
    for (const accept of ['application/json', graphqlResponse]) {
      const { headers, ...rest } = request as { headers?: object }
      const response = await app.inject({ method: 'POST', url: '/graphql', ...rest, headers: { accept, ...headers } })
      t.match({ status: response.statusCode, type: response.headers['content-type'], ...response.json() }, {
        status,
        type: `${accept}; charset=utf-8`,
        errors: [error('ValidationError', { message: 'The request is invalid.', details: { [part]: reason ?? String }, extensions: { details: { [part]: String } } })]
      }, `${name}, ${accept}`)
    }
  }
  t.equal((await app.inject({ url: '/graphql', query: { query: 'mutation { userSignUp(user: { email: "a@b.c" }) { id } }' } })).headers.allow, 'POST')
})

t.test('a client that sends only the hash of a query is told to send the query', async t => {
  const { app } = await openApi(t)
  const extensions = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } }
  const byPost = { method: 'POST' as const, url: '/graphql', payload: { operationName: 'Name', variables: {}, extensions } }
  const byGet = { method: 'GET' as const, url: '/graphql', query: { operationName: 'Name', variables: '{}', extensions: JSON.stringify(extensions) } }
  for (const request of [byPost, byGet]) {
    for (const [accept, status] of [['*/*', 200], [graphqlResponse, 400]] as const) {
      const response = await app.inject({ ...request, headers: { accept } })
      t.equal(response.statusCode, status)
      t.match(response.json(), { errors: [error('ValidationError', { message: 'PersistedQueryNotSupported' })] })
    }
  }
  const withQuery = await app.inject({ method: 'POST', url: '/graphql', payload: { query: 'query Name { __typename }', operationName: 'Name', extensions } })
  t.strictSame(withQuery.json(), { data: { __typename: 'Query' } })
})

t.test('a client that closes the connection during its request is not an error of the app', async t => {
  const { app, logs } = await openApi(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  await once(socket, 'connect')
  const taken = once(app.server, 'request')
  socket.write('POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"query":')
  await taken
  socket.destroy()
  const line = () => logs.find(({ msg }) => /^A GraphQL request/.test(String(msg)))
  for (let tries = 0; line() === undefined && tries < 100; tries++) await wait(20)
  t.match(line(), { level: 30, msg: 'A GraphQL request was refused', code: 'ValidationError', details: { body: String } })
})

/** Requests that GraphQL itself refuses. */
const refused: [string, object, string | RegExp][] = [
  ['a query that is no GraphQL', { query: 'give me everything' }, /^Syntax Error/],
  ['a query that is a JSON syntax tree', { query: '{"kind":"Document","definitions":[]}' }, /^Syntax Error/],
  ['a query that is a number', { query: '1' }, /^Syntax Error/],
  ['a query that ends within a text', { query: '{ user(id: "' }, /^Syntax Error/],
  ['a query that only has a comment', { query: '# { user { id } }' }, /^Syntax Error/],
  ['an unknown field', { query: '{ user { password } }' }, /Cannot query field "password"/],
  ['an operation that is not there', { query: 'query A { __typename }', operationName: 'B' }, 'Unknown operation named "B".'],
  ['two operations and no name', { query: 'query A { __typename } query B { __typename }' }, /operation name/],
  ['no operation', { query: 'fragment F on User { id }' }, /./],
  ['a variable of another type', { query: 'query ($id: ID) { user(id: $id) { id } }', variables: { id: { a: 1 } } }, /^Variable "\$id" got invalid value/],
  ['a missing variable', { query: 'mutation ($user: UserCreateInput!) { userSignUp(user: $user) { id } }' }, /^Variable "\$user"/],
  ['a null where none may be', { query: 'mutation ($email: String) { userSignUp(user: { email: $email }) { id } }' }, /./]
]

t.test('an invalid query gets a ValidationError with GraphQL\'s message, the same every time', async t => {
  const { app } = await openApi(t)
  for (const [name, payload, message] of refused) {
    for (const [accept, status] of [['application/json', 200], [graphqlResponse, 400]] as const) {
      // Three times: as a new text, as a known one, and as a compiled one.
      for (const time of [1, 2, 3]) {
        const response = await app.inject({ method: 'POST', url: '/graphql', payload, headers: { accept } })
        t.match({ status: response.statusCode, ...response.json() }, { status, errors: [error('ValidationError', { message })] }, `${name}, ${accept}, ${time}`)
      }
    }
  }
})

t.test('a subscription over HTTP is refused', async t => {
  const { ask } = await openApi(t)
  t.match(await ask('subscription { user { id } }'), { data: null, errors: [error('ValidationError', { message: /subscription/ })] })
})

t.test('application/json has data: null if nothing was executed; the newer media type has no data', async t => {
  const { app } = await openApi(t)
  const ask = async (accept: string) => (await app.inject({ method: 'POST', url: '/graphql', payload: { query: '{' }, headers: { accept } })).json()
  t.equal((await ask('application/json')).data, null)
  t.notOk('data' in await ask(graphqlResponse))
})

t.test('the requested operation is executed, regardless of earlier ones', async t => {
  const { ask } = await openApi(t)
  const query = 'query A { a: __typename } query B { b: __typename } mutation C { c: __typename }'
  for (const operationName of ['C', 'C', 'C', 'A', 'B', 'D', 'D', 'D', 'A', 'C']) {
    const { data, errors } = await ask(query, { operationName })
    if (operationName === 'D') t.match(errors, [error('ValidationError')])
    else t.strictSame(Object.keys(data ?? {}), [operationName.toLowerCase()])
  }
  t.strictSame((await ask('query A { __typename }', { operationName: '' })).data, { __typename: 'Query' }, 'an empty name is none')
})

t.test('GET answers queries', async t => {
  const { app, user } = await openApi(t)
  const jane = await user('jane', { user: { firstName: 'Jane' } })
  const get = async (query: Record<string, string>) => (await app.inject({ url: '/graphql', query, headers: { authorization: `Bearer ${jane.token}` } })).json()
  t.strictSame(await get({ query: '{ user { firstName } }' }), { data: { user: { firstName: 'Jane' } } })
  const two = 'query A($id: ID) { user(id: $id) { id } } query B { __typename } mutation C { __typename }'
  t.strictSame(await get({ query: two, operationName: 'A', variables: JSON.stringify({ id: jane.user.id }), extensions: '{}' }), { data: { user: { id: jane.user.id } } })
  t.strictSame(await get({ query: '{ __typename }', operationName: '', variables: '' }), { data: { __typename: 'Query' } })
  t.match(await get({ query: two, operationName: 'D' }), { data: null, errors: [error('ValidationError', { message: 'Unknown operation named "D".' })] })
  t.match(await get({ query: two }), { data: null, errors: [error('ValidationError')] })
  t.match(await get({ query: '{' }), { data: null, errors: [error('ValidationError')] })
  t.match(await get({ query: '{ __typename }', variables: '{"__proto__":{"a":1}}' }), { data: null, errors: [error('ValidationError')] })
})

t.test('NUL is refused in every text before it reaches a database', async t => {
  const { ask } = await openApi(t)
  const byVariable = 'mutation ($user: UserCreateInput!, $profile: ID) { userSignUp(user: $user, authProfileId: $profile) { id } }'
  const details = { user: 'must not contain NUL characters' }
  t.match((await ask(byVariable, { variables: { user: { email: 'a@b.c', firstName: 'A\0' } } })).errors, [error('ValidationError', { details })])
  t.match((await ask(byVariable, { variables: { user: { email: 'a@b.c', roles: { connect: [{ name: '\0' }] } } } })).errors, [error('ValidationError', { details })])
  t.match((await ask(byVariable, { variables: { user: { email: 'a@b.c', 'first\0Name': 'A' } } })).errors, [error('ValidationError', { details })])
  t.match((await ask('{ user(email: "a\\u0000@b.c") { id } }')).errors, [error('ValidationError', { message: 'Text must not contain NUL characters.' })])
})

t.test('variables that are nested too deeply are refused', async t => {
  const { app } = await openApi(t)
  for (const depth of [51, 100_000]) {
    const payload = `{"query":"{ __typename }","variables":{"deep":${'['.repeat(depth)}${']'.repeat(depth)}}}`
    const response = await app.inject({ method: 'POST', url: '/graphql', headers: { 'content-type': 'application/json' }, payload })
    t.match(response.json().errors, [error('ValidationError', { details: { deep: 'must not be nested deeper than 50 levels' } })])
  }
})

t.test('the server audit of graphql-http passes', async t => {
  const { app } = await openApi(t)
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  const results = await auditServer({ url: `${address}/graphql` })
  t.ok(results.length > 50)
  for (const result of results) {
    if (result.status !== 'ok') t.equal(result.status, 'notice', `${result.name}: ${'reason' in result ? result.reason : ''}`)
  }
})

t.test('the answer to a large mistaken request is short, and still names the mistake', async t => {
  const { ask } = await openApi(t)
  const many = (count: number, value: unknown, prefix = 'unknown') => Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, value]))

  const { errors } = await ask('query ($filter: UserFilter) { usersList(filter: $filter) { count } }', { variables: { filter: many(5000, 1) } })
  t.match(errors?.[0], error('ValidationError', { message: /^Variable "\$filter" got invalid value \{ unknown0: 1, .* … .*Field "unknown0" is not defined by type "UserFilter"\.$/ }))
  t.ok(JSON.stringify(errors).length < 100_000)

  const { errors: ofVariables } = await ask('{ __typename }', { variables: many(5000, '\0') })
  t.match(ofVariables, [error('ValidationError', { details: { unknown0: 'must not contain NUL characters' } })])
  t.ok(JSON.stringify(ofVariables).length < 10_000)

  const tooMany = [error('ValidationError', { details: { filter: 'must not be an object with more than 10000 fields, counting those of objects in it' } })]
  t.match((await ask('query ($filter: UserFilter) { usersList(filter: $filter) { count } }', { variables: { filter: many(40_000, 1) } })).errors, tooMany)
  t.match((await ask('query ($filter: UserFilter) { usersList(filter: $filter) { count } }', { variables: { filter: { AND: [many(200, many(60, 1))] } } })).errors, tooMany)
  const long = { OR: Array.from({ length: 20_000 }, () => ({ email: { equals: 'jane@example.com' } })) }
  t.notMatch((await ask('query ($filter: UserFilter) { usersList(filter: $filter) { count } }', { variables: { filter: long } })).errors, tooMany, 'lists may be long')
})
