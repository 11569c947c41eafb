import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { graphql, serverUnderTest, signUpMutation } from '../helpers/server-under-test.js'

const ask = { query: 'query Me { user { email } }', operationName: 'Me' }

t.test('a list of requests, as Apollo sends', async t => {
  const { server, issuer } = await serverUnderTest(t, 'sqlite', { LOG_LEVEL: 'silent' })
  const email = 'jane@example.com'
  const token = await issuer.idToken({ subject: 'jane', email })
  await graphql(server, signUpMutation(email), token)

  async function send (body: unknown, bearer = token) {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', authorization: `Bearer ${bearer}` },
      body: JSON.stringify(body)
    })
    return { status: response.status, type: response.headers.get('content-type'), body: await response.json() }
  }

  await t.test('gets a list of responses in its order, each as if the request had come alone', async t => {
    t.strictSame(await send([ask]), { status: 200, type: 'application/json; charset=utf-8', body: [{ data: { user: { email } } }] })
    const { body } = await send([{ query: '{ nothing }' }, ask, {}])
    t.match(body, [{ errors: [{ code: 'ValidationError' }] }, { data: { user: { email } } }, { errors: [{ code: 'ValidationError', details: { query: 'is required' } }] }])
  })

  await t.test('gets one refusal per request if the token is refused', async t => {
    const { status, body } = await send([ask, ask], 'none')
    t.equal(status, 200)
    t.match(body, Array(2).fill({ data: null, errors: [{ code: 'InvalidTokenError' }] }))
  })

  await t.test('is refused with two tokens, since each reader might use a different one', async t => {
    const request = httpRequest(`${server.url}/graphql`, { method: 'POST', headers: ['host', 'localhost', 'content-type', 'application/json', 'authorization', `Bearer ${token}`, 'authorization', 'Bearer another'] })
    request.end(JSON.stringify([ask]))
    const [response] = await once(request, 'response') as [IncomingMessage]
    t.equal(response.statusCode, 400)
    t.match(JSON.parse(await text(response)), { errors: [{ code: 'ValidationError', details: { authorization: 'must be sent only once' } }] })
  })

  await t.test('must contain one to ten requests and nothing else', async t => {
    t.match((await send(Array(10).fill(ask))).body, Array(10).fill({ data: { user: { email } } }))
    for (const list of [[], Array(11).fill(ask), [[ask]], [ask, null], ['{ user { email } }']]) {
      const { status, body } = await send(list)
      t.equal(status, 400)
      t.match(body, { errors: [{ code: 'ValidationError', details: { body: 'must be one request, or a list of 1 to 10 requests' } }] })
    }
  })
})
