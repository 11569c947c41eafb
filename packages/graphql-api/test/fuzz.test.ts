import fc from 'fast-check'
import t from 'tap'
import { openApi, type TestApi } from './helpers/api.js'

/** Whatever is sent, the answer is GraphQL's, with a code that clients know, and nothing unforeseen has happened. */
async function isAnswered ({ app, logs }: TestApi, request: object): Promise<void> {
  const response = await app.inject({ method: 'POST', url: '/graphql', ...request })
  if (response.statusCode >= 500) throw new Error(`status ${response.statusCode}: ${response.body}`)
  const { errors, data } = response.json()
  if (errors === undefined && data === undefined) throw new Error(response.body)
  for (const { message, code, extensions } of errors ?? []) {
    if (typeof message !== 'string' || extensions.code !== code || !/^(?:ValidationError|NotAuthorizedError|EntityNotFoundError|InvalidTokenError)$/.test(code)) throw new Error(response.body)
  }
  if (logs.some(line => (line.level as number) >= 50)) throw new Error(JSON.stringify(logs.find(line => (line.level as number) >= 50)))
}

const runs = { numRuns: 200 }
const json = { 'content-type': 'application/json' }

t.test('any bytes as a body', async t => {
  const api = await openApi(t)
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async bytes => { await isAnswered(api, { headers: json, payload: Buffer.from(bytes) }) }), runs)
  t.pass()
})

t.test('any JSON as a body, and as each of its parameters', async t => {
  const api = await openApi(t)
  const parameters = fc.record({
    query: fc.oneof(fc.json(), fc.string({ unit: 'binary' }), fc.constant('query A($a: ID, $b: String) { user(id: $a, email: $b) { id } }'), fc.jsonValue()),
    operationName: fc.oneof(fc.constant('A'), fc.jsonValue()),
    variables: fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' })))),
    extensions: fc.jsonValue()
  }, { requiredKeys: [] })
  await fc.assert(fc.asyncProperty(fc.oneof(fc.json(), parameters.map(value => JSON.stringify(value))), async payload => { await isAnswered(api, { headers: json, payload }) }), runs)
  t.pass()
})

t.test('any GET', async t => {
  const api = await openApi(t)
  const query = fc.record({ query: fc.oneof(fc.string(), fc.constant('{ user { id } }')), operationName: fc.string(), variables: fc.oneof(fc.json(), fc.string()), extensions: fc.json() }, { requiredKeys: [] })
  await fc.assert(fc.asyncProperty(query, async query => { await isAnswered(api, { method: 'GET', query }) }), runs)
  t.pass()
})

t.test('any headers', async t => {
  const api = await openApi(t)
  const text = fc.string({ unit: fc.constantFrom(...'abc/;=,.* -_\t"\\0123456789') })
  const headers = fc.record({ 'content-type': fc.oneof(text, fc.constant('application/json')), accept: text, authorization: text }, { requiredKeys: [] })
  await fc.assert(fc.asyncProperty(headers, async headers => { await isAnswered(api, { headers, payload: '{"query":"{ user { id } }"}' }) }), runs)
  t.pass()
})

t.test('any text in every argument of a sign-up', async t => {
  const api = await openApi(t)
  const token = await api.token({ subject: 'jane' })
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('jane@example.com'), fc.constant(null))
  const user = fc.record({ email: text, firstName: text, lastName: text, status: text, timezone: text, avatar: fc.record({ id: text, downloadUrl: text }), roles: fc.record({ connect: fc.array(fc.record({ id: text, name: text })) }) }, { requiredKeys: ['email'] })
  const query = 'mutation ($user: UserCreateInput!, $authProfileId: ID) { userSignUp(user: $user, authProfileId: $authProfileId) { id } }'
  await fc.assert(fc.asyncProperty(user, fc.option(text), async (user, authProfileId) => {
    await isAnswered(api, { headers: { ...json, authorization: `Bearer ${token}` }, payload: { query, variables: { user, authProfileId } } })
  }), runs)
  t.pass()
})
