import t from 'tap'
import { startApp, trust } from '../helpers/app.js'
import { startOidcProvider } from '../helpers/oidc-provider.js'

t.test('an ID token of oidc-provider, by its code flow, becomes an identity', async t => {
  const provider = await startOidcProvider(t)
  const { app, get } = await startApp(t, { issuers: [trust(provider)] })
  const { idToken, accessToken } = await provider.signIn('ada')

  t.match((await get(`Bearer ${idToken}`)).body, {
    identity: { issuer: provider.issuer, subject: 'ada', email: 'ada@example.com', emailVerified: true, profileId: 'main' }
  })
  t.match(await get(`Bearer ${accessToken}`), { status: 401, reason: 'malformed' }, 'its access token is opaque')
  t.match(app.tokenVerifier.metrics(), [{ fetches: 1, failedFetches: 0 }])
})

t.test('an ID token for another client of the provider does not count', async t => {
  const provider = await startOidcProvider(t)
  const { get } = await startApp(t, { issuers: [trust(provider, { clientId: 'mobile' })] })
  t.match(await get(`Bearer ${(await provider.signIn('ada')).idToken}`), { status: 401, reason: 'audience_mismatch' })
})
