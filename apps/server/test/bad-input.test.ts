import { once } from 'node:events'
import { connect } from 'node:net'
import t from 'tap'
import { serverUnderTest, signUpMutation, type ServerUnderTest } from './helpers/server-under-test.js'

/** Sends bytes and returns the status, the header and the body. If the server hangs, the test times out. */
async function send ({ server }: ServerUnderTest, bytes: string): Promise<{ status: number, header: string, body: string }> {
  const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1' })
  let answer = ''
  socket.on('data', chunk => { answer += chunk })
  socket.on('error', () => { /* the server closed before it had read everything */ })
  await once(socket, 'connect')
  socket.write(bytes)
  await new Promise(resolve => socket.once('close', resolve))
  const end = answer.indexOf('\r\n\r\n')
  return { status: Number(answer.slice(9, 12)), header: answer.slice(0, end), body: answer.slice(end + 4) }
}

function post (body: string, headers: Record<string, string> = {}, target = '/graphql'): string {
  const lines = Object.entries({ host: 'localhost', connection: 'close', 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)), ...headers })
  return `POST ${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`
}

const ask = JSON.stringify({ query: '{ user { id } }' })
const get = (target: string) => `GET ${target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`

const requests: [string, string, string][] = [
  ['another scheme', post(ask, { authorization: 'Basic dXNlcjpwYXNz' }), 'InvalidTokenError'],
  ['an empty header', post(ask, { authorization: '' }), 'InvalidTokenError'],
  ['a scheme without a token', post(ask, { authorization: 'Bearer' }), 'InvalidTokenError'],
  ['two tokens', post(ask, { authorization: 'Bearer a.b.c d.e.f' }), 'InvalidTokenError'],
  ['a token that is not a JWT', post(ask, { authorization: 'Bearer hunter2' }), 'InvalidTokenError'],
  ['a token whose JSON is not an object', post(ask, { authorization: `Bearer ${Buffer.from('1').toString('base64url')}.${Buffer.from('null').toString('base64url')}.x` }), 'InvalidTokenError'],
  ['an API token that does not exist', post(ask, { authorization: `Bearer lk_${'a'.repeat(43)}` }), 'InvalidTokenError'],
  ['a body that is not JSON', post('{"query":'), 'ValidationError'],
  ['an empty body', post(''), 'ValidationError'],
  ['a body that is not an object', post('[1]'), 'ValidationError'],
  ['null', post('null'), 'ValidationError'],
  ['a query that is not a string', post('{"query":{"kind":"Document"}}'), 'ValidationError'],
  ['a query that is not GraphQL', post('{"query":"{\\"kind\\":\\"Document\\"}"}'), 'ValidationError'],
  ['an operation that does not exist', post('{"query":"query A { __typename }","operationName":"B"}'), 'ValidationError'],
  ['an operation that does not exist, by GET', get('/graphql?query=query%20A%7B__typename%7D&operationName=B'), 'ValidationError'],
  ['variables that are not an object', post('{"query":"{ __typename }","variables":"x"}'), 'ValidationError'],
  ['__proto__ in the body', post('{"query":"{ __typename }","__proto__":{"x":1}}'), 'ValidationError'],
  ['another content type', post(ask, { 'content-type': 'text/plain' }), 'ValidationError'],
  ['a body of more than a megabyte', post(JSON.stringify({ query: `{ user { id } } #${'x'.repeat(1_100_000)}` })), 'ValidationError'],
  ['a token of a megabyte', post(ask, { authorization: `Bearer ${'a'.repeat(1_000_000)}.b.c` }), 'ValidationError'],
  ['something that is not HTTP', 'hello\r\n\r\n', 'ValidationError']
]

t.test('bad input gets its code, no 500 and no hang', async t => {
  const started = await serverUnderTest(t, 'sqlite', { LOG_LEVEL: 'silent' })
  for (const [what, bytes, code] of requests) {
    await t.test(what, async t => {
      const { status, header, body } = await send(started, bytes)
      t.ok(status >= 200 && status < 500, `status ${status}`)
      t.match(header, /x-content-type-options: nosniff/i)
      t.match(JSON.parse(body), { errors: [{ code, extensions: { code } }] })
    })
  }

  for (const address of ['/%zz', '/%c0%af', '/console/%']) {
    await t.test(`the address ${address}`, async t => {
      const { status, header, body } = await send(started, get(address))
      t.equal(status, 400)
      t.match(header, /x-content-type-options: nosniff/i)
      t.strictSame(JSON.parse(body), { code: 'FST_ERR_BAD_URL', message: 'The address is invalid' })
    })
  }

  const token = await started.issuer.idToken({ subject: 'jane', email: 'jane@example.com' })
  const longEmail = `${'x'.repeat(300)}@example.com`
  const signUps: [string, string, string][] = [
    ['an unknown profile', 'mutation { userSignUpWithToken(authProfileId: "nope", user: { email: "jane@example.com" }) { id } }', 'EntityNotFoundError'],
    ['an email that is too long', signUpMutation(longEmail), 'ValidationError'],
    ['an invalid email', signUpMutation('jane'), 'ValidationError'],
    ['a NUL byte in the email', signUpMutation('ja\u0000ne@example.com'), 'ValidationError'],
    ['a NUL byte in a name', 'mutation { userSignUpWithToken(user: { email: "jane@example.com", firstName: "a\\u0000b" }) { id } }', 'ValidationError'],
    ['a lone surrogate', 'mutation { userSignUpWithToken(user: { email: "jane@example.com", firstName: "a\\ud800b" }) { id } }', 'ValidationError'],
    ['a name that is too long', `mutation { userSignUpWithToken(user: { email: "jane@example.com", firstName: "${'x'.repeat(5000)}" }) { id } }`, 'ValidationError'],
    ['somebody else\'s email', signUpMutation('boss@example.com'), 'ValidationError'],
    ['roles', 'mutation { userSignUpWithToken(user: { email: "jane@example.com", roles: { connect: [{ name: "Administrator" }] } }) { id } }', 'NotAuthorizedError'],
    ['a field that does not exist', 'mutation { userSignUpWithToken(user: { email: "jane@example.com", admin: true }) { id } }', 'ValidationError']
  ]
  for (const [what, query, code] of signUps) {
    await t.test(`a sign-up with ${what}`, async t => {
      const { status, body } = await send(started, post(JSON.stringify({ query }), { authorization: `Bearer ${token}` }))
      t.ok(status < 500, `status ${status}`)
      t.match(JSON.parse(body), { errors: [{ code, extensions: { code } }] })
    })
  }

  const { body } = await send(started, post(JSON.stringify({ query: '{ user { id } }' }), { authorization: `Bearer ${token}` }))
  t.match(JSON.parse(body), { data: { user: null }, errors: [{ code: 'EntityNotFoundError' }] }, 'none of them created a user')
})
