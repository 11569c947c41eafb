import { WebNativeAuthClient } from '@8base/web-native-auth-client'
import t from 'tap'
import { graphql } from '../helpers/server-under-test.js'
import { password, profileId, signUp, startApp } from './helpers/app.js'
import { memoryStorage } from './helpers/memory-storage.js'

t.test('@8base/web-native-auth-client', async t => {
  const app = await startApp(t)
  const email = 'ada@example.com'
  const clientOf = () => new WebNativeAuthClient({ authProfileId: profileId, apiEndpoint: app.endpoint }, { storage: memoryStorage() })
  const ask = async (token: string | undefined) => await graphql(app.server, '{ user { email } }', token)
  const whoIs = async (token: string | undefined) => (await ask(token)).data?.user.email
  await signUp(app, email)

  await t.test('login() stores the tokens, and says whose they are', async t => {
    const client = clientOf()
    t.strictSame(await client.login({ email, password }), { success: true })
    t.ok(client.checkIsAuthorized())
    t.match(client.getTokenInfo(), { email, aud: profileId })
    t.equal(await whoIs(client.getState().token), email)
  })

  await t.test('login() rejects a wrong password and an unknown address with the same error, and stores nothing', async t => {
    for (const somebody of [email, 'nobody@example.com']) {
      const client = clientOf()
      const refusal = await client.login({ email: somebody, password: 'wrong horse' }).catch(error => error)
      t.match(refusal.message, /^Not Authorized: /)
      t.match(refusal.response.errors, [{ code: 'NotAuthorizedError', message: 'Not Authorized', details: { password: 'Incorrect email or password.' } }])
      t.notOk(client.checkIsAuthorized())
    }
  })

  await t.test('refreshToken() replaces both tokens', async t => {
    const client = clientOf()
    await client.login({ email, password })
    const before = client.getState()
    await client.refreshToken()
    const after = client.getState()
    t.not(after.token, before.token)
    t.not(after.refreshToken, before.refreshToken)
    t.equal(await whoIs(after.token), email)
  })

  await t.test('refreshToken() works after the ID token has expired, until the refresh token expires too', async t => {
    const client = clientOf()
    await client.login({ email, password })
    await app.hoursLater(2)
    t.match((await ask(client.getState().token)).errors, [{ code: 'TokenExpiredError', message: 'Token expired' }])
    await client.refreshToken()
    t.equal(await whoIs(client.getState().token), email)

    await app.hoursLater(60 * 24)
    const refusal = await client.refreshToken().catch(error => error)
    t.match(refusal.response.errors, [{ code: 'TokenExpiredError', message: 'Refresh Token has expired' }])
  })
})
