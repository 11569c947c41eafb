import { startPostgres } from '@latchkey/test-databases'
import t from 'tap'
import { graphql, serverUnderTest, signUpMutation } from './helpers/server-under-test.js'

t.test('a database that goes away is answered with InternalError, and everything works again when it is back', async t => {
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
  t.match(await graphql(server, '{ user { id } }', token), { status: 200, data: { user: null }, errors: [{ code: 'InternalError', message: 'Internal error' }] })
  t.equal((await fetch(`${server.url}/livez`)).status, 200)

  await postgres.resume()
  t.match(await graphql(server, '{ user { email } }', token), { data: { user: { email: 'jane@example.com' } } })
  t.equal((await fetch(`${server.url}/readyz`)).status, 200)
  t.equal(server.process.exitCode, null, 'without a restart')
})
