import t from 'tap'
import { createCognitoProvider } from '../dist/index.js'
import { startEndlessServer } from './helpers/loopback-server.js'
import { startScripted, unsignedToken, type AskedRequest } from './helpers/scripted-cognito.js'

const redirectUri = 'http://localhost:3000'
const now = Math.floor(Date.now() / 1000)

/** The response of the token endpoint, with an ID token from the configured issuer. */
function tokens (claims: Record<string, unknown> = {}) {
  return ({ headers }: AskedRequest) => ({
    body: {
      id_token: unsignedToken({ iss: `http://${String(headers.host)}/eu-west-1_TestPool`, aud: 'web', sub: 'sub-1', iat: now, exp: now + 3600, ...claims }),
      access_token: unsignedToken({ exp: now + 60 }),
      refresh_token: 'refresh',
      token_type: 'Bearer',
      expires_in: 60
    }
  })
}

t.test('a code is exchanged with the redirect URI and the verifier as they were given', async t => {
  const { provider, requests } = await startScripted(t, { '/oauth2/token': tokens() })
  const { refreshToken, accessTokenExpiresAt } = await provider.exchangeCode({ code: 'c', redirectUri, codeVerifier: 'v' })
  t.equal(refreshToken, 'refresh')
  t.equal(accessTokenExpiresAt, new Date((now + 60) * 1000).toISOString())
  t.strictSame(requests[0]?.input, { grant_type: 'authorization_code', code: 'c', redirect_uri: redirectUri, code_verifier: 'v', client_id: 'web' })
  t.equal(requests[0]?.headers.authorization, undefined)
})

t.test('an app client with a secret authenticates by HTTP Basic', async t => {
  const { provider, requests } = await startScripted(t, { '/oauth2/token': tokens() }, { clientSecret: 'secretoftheclient' })
  await provider.exchangeCode({ code: 'c', redirectUri })
  t.equal(requests[0]?.headers.authorization, `Basic ${Buffer.from('web:secretoftheclient').toString('base64')}`)
  t.notOk('client_secret' in (requests[0]?.input ?? {}))
})

t.test('a code from a login with another nonce is refused', async t => {
  const { provider } = await startScripted(t, { '/oauth2/token': tokens({ nonce: 'of-this-login' }) })
  await t.resolves(provider.exchangeCode({ code: 'c', redirectUri, nonce: 'of-this-login' }))
  await t.rejects(provider.exchangeCode({ code: 'c', redirectUri, nonce: 'of-another-login' }), { code: 'IDENTITY_PROVIDER_ERR_INVALID_CODE' })
})

const foreign: [string, Record<string, unknown>][] = [
  ['another issuer', { iss: 'https://elsewhere.example.com' }],
  ['another client', { aud: 'other' }],
  ['a token that has expired', { exp: now - 3600 }]
]
for (const [what, claims] of foreign) {
  t.test(`an ID token of ${what} is not accepted`, async t => {
    const { provider } = await startScripted(t, { '/oauth2/token': tokens(claims) })
    await t.rejects(provider.exchangeCode({ code: 'c', redirectUri }), { code: 'IDENTITY_PROVIDER_ERR_UNAVAILABLE', cause: { message: /"(iss|aud|exp)"/ } })
  })
}

t.test('the first callback URL of the profile is the default redirect URI', async t => {
  const { provider, requests } = await startScripted(t, { '/oauth2/token': tokens() }, { callbackUrls: ['http://localhost:3000/first', 'http://localhost:3000/second'] })
  await provider.exchangeCode({ code: 'c' })
  t.equal(requests[0]?.input.redirect_uri, 'http://localhost:3000/first')
})

t.test('without any redirect URI, the error of the exchange says what is missing', async t => {
  const { provider, requests } = await startScripted(t, {})
  await t.rejects(provider.exchangeCode({ code: 'c' }), { code: 'IDENTITY_PROVIDER_ERR_UNSUPPORTED', message: /redirectUri/ })
  t.equal(requests.length, 0)
})

t.test('redirect URIs that the profile does not list are refused everywhere', async t => {
  const { provider, requests } = await startScripted(t, {}, { callbackUrls: ['http://localhost:3000/cb'], logoutUrls: ['http://localhost:3000/out'] })
  const code = 'IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED'
  await t.rejects(provider.loginUrl({ redirectUri: 'http://localhost:3000/cb/' }), { code })
  await t.rejects(provider.logoutUrl({ redirectUri: 'http://localhost:3000/cb' }), { code })
  await t.rejects(provider.exchangeCode({ code: 'c', redirectUri: 'http://localhost:3000/out' }), { code })
  t.equal(requests.length, 0)
  t.match(await provider.loginUrl({ redirectUri: 'http://localhost:3000/cb' }), /redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcb/)
  t.match(await provider.logoutUrl({ redirectUri: 'http://localhost:3000/out' }), /logout_uri=http%3A%2F%2Flocalhost%3A3000%2Fout/)
})

t.test('the URLs are those that Cognito documents', async t => {
  const { provider } = await startScripted(t, {}, { domain: 'https://acme.auth.eu-west-1.amazoncognito.com/' })
  t.equal(await provider.loginUrl(), 'https://acme.auth.eu-west-1.amazoncognito.com/oauth2/authorize?response_type=code&client_id=web&scope=openid+email+profile')
  t.equal(await provider.logoutUrl({ redirectUri: 'http://localhost:3000/out' }), 'https://acme.auth.eu-west-1.amazoncognito.com/logout?client_id=web&logout_uri=http%3A%2F%2Flocalhost%3A3000%2Fout')
})

t.test('a profile without a domain has no hosted pages and no code exchange', async t => {
  const { provider } = await startScripted(t, {}, { domain: undefined })
  t.strictSame(['loginUrl', 'logoutUrl', 'exchangeCode'].filter(method => method in provider), [])
})

t.test('the exchange of a code stops reading an endless response', async t => {
  const { url, sent } = await startEndlessServer(t)
  const provider = createCognitoProvider({ id: 'pool', region: 'eu-west-1', userPoolId: 'eu-west-1_TestPool', clientId: 'web', domain: url, timeoutMs: 20_000 },
    { log: { debug () {}, info () {}, warn () {}, error () {} } })
  t.teardown(() => provider.close?.())
  await t.rejects(async () => { await provider.exchangeCode?.({ code: 'c', redirectUri }) }, { code: 'IDENTITY_PROVIDER_ERR_UNAVAILABLE', cause: { message: /more than 1048576 bytes/ } })
  t.ok(sent() < 50 * 1024 * 1024, 'the server was stopped early')
})
