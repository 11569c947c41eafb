import { startPostgres } from '@latchkey/test-databases'
import t from 'tap'
import { graphql, serverUnderTest, signUpMutation } from './helpers/server-under-test.js'

t.test('while the database is away, requests get InternalError with a time to retry, and everything works again when it is back', async t => {
  const postgres = await startPostgres()
  t.teardown(() => postgres.stop())
  const { server, issuer } = await serverUnderTest(t, 'postgres', { DATABASE_URL: postgres.url, LOG_LEVEL: 'silent' })
  const token = await issuer.idToken({ subject: 'jane', email: 'jane@example.com' })
  t.match(await graphql(server, signUpMutation('jane@example.com'), token), { data: { userSignUpWithToken: { email: 'jane@example.com' } } })
  t.equal((await fetch(`${server.url}/readyz`)).status, 200)

  await postgres.pause()
  const ready = await fetch(`${server.url}/readyz`)
  t.equal(ready.status, 503)
  t.match(await ready.json(), { code: 'InternalError' })
  t.match(await graphql(server, '{ user { id } }', token), { status: 200, data: { user: null }, errors: [{ code: 'InternalError', message: 'Internal error', extensions: { retryAfter: 5 } }] })
  const refused = await fetch(`${server.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', authorization: `Bearer lk_${'a'.repeat(43)}` }, body: JSON.stringify({ query: '{ user { id } }' }) })
  t.match({ status: refused.status, retryAfter: refused.headers.get('retry-after') }, { status: 503, retryAfter: '5' }, 'a request that ran nothing')
  t.equal((await fetch(`${server.url}/livez`)).status, 200)

  await postgres.resume()
  t.match(await graphql(server, '{ user { email } }', token), { data: { user: { email: 'jane@example.com' } } })
  t.equal((await fetch(`${server.url}/readyz`)).status, 200)
  t.equal(server.process.exitCode, null, 'without a restart')
})
