import t from 'tap'
import { createAuth0Provider } from '../dist/index.js'
import { startServer } from './helpers/loopback-server.js'
import { startScripted, tokens } from './helpers/scripted-auth0.js'

const email = 'ada@example.com'
const redirectUri = 'http://localhost:3000'

t.test("signing in uses the profile's connection and scope", async t => {
  const { provider, requests } = await startScripted(t, { '/oauth/token': tokens() }, { connection: 'customers', scope: 'openid email' })
  await provider.signInWithPassword({ email, password: 'p' })
  t.strictSame(requests[0]?.input, {
    grant_type: 'http://auth0.com/oauth/grant-type/password-realm', username: email, password: 'p', realm: 'customers', scope: 'openid email', client_id: 'web'
  })
})

t.test('expiry times come from the ID token, and for an opaque access token from the response', async t => {
  const exp = Math.floor(Date.now() / 1000) + 1800
  const { provider } = await startScripted(t, { '/oauth/token': tokens({ exp }) })
  const { accessToken, refreshToken, idTokenExpiresAt, accessTokenExpiresAt } = await provider.signInWithPassword({ email, password: 'p' })
  t.equal(accessToken, 'opaque-access-token')
  t.equal(refreshToken, 'refresh')
  t.equal(idTokenExpiresAt, new Date(exp * 1000).toISOString())
  t.ok(Math.abs(Date.parse(accessTokenExpiresAt ?? '') - Date.now() - 60_000) < 10_000, 'expires_in is counted from now')

  const { provider: silent } = await startScripted(t, { '/oauth/token': tokens({}, { expires_in: undefined, refresh_token: undefined }) })
  t.match(await silent.signInWithPassword({ email, password: 'p' }), { accessTokenExpiresAt: null, refreshToken: null })
})

t.test('an application with a secret authenticates by Post', async t => {
  const { provider, requests } = await startScripted(t, { '/oauth/token': tokens() }, { clientSecret: 'secret-of-the-application' })
  await provider.signInWithPassword({ email, password: 'p' })
  await provider.refreshTokens({ refreshToken: 'r' })
  await provider.exchangeCode({ code: 'c', redirectUri })
  t.strictSame(requests.map(({ input }) => input.client_secret), Array(3).fill('secret-of-the-application'))
})

t.test('refreshing returns the new refresh token if Auth0 rotates, otherwise the old one', async t => {
  const { provider: rotating, requests } = await startScripted(t, { '/oauth/token': tokens({}, { refresh_token: 'new' }) })
  t.equal((await rotating.refreshTokens({ refreshToken: 'old' })).refreshToken, 'new')
  t.match(requests[0]?.input, { grant_type: 'refresh_token', refresh_token: 'old' })
  const { provider } = await startScripted(t, { '/oauth/token': tokens({}, { refresh_token: undefined }) })
  t.equal((await provider.refreshTokens({ refreshToken: 'old' })).refreshToken, 'old')
})

t.test('a code is exchanged with the redirect URI and the verifier as they were given', async t => {
  const { provider, requests } = await startScripted(t, { '/oauth/token': tokens() })
  await provider.exchangeCode({ code: 'c', redirectUri, codeVerifier: 'v' })
  t.strictSame(requests[0]?.input, { grant_type: 'authorization_code', code: 'c', redirect_uri: redirectUri, code_verifier: 'v', client_id: 'web' })
  await provider.exchangeCode({ code: 'c', redirectUri })
  t.notOk('code_verifier' in (requests[1]?.input ?? {}))
})

t.test('a code from a login with another nonce is refused', async t => {
  const { provider } = await startScripted(t, { '/oauth/token': tokens({ nonce: 'of-this-login' }) })
  await t.resolves(provider.exchangeCode({ code: 'c', redirectUri, nonce: 'of-this-login' }))
  await t.rejects(provider.exchangeCode({ code: 'c', redirectUri, nonce: 'of-another-login' }), { code: 'IDENTITY_PROVIDER_ERR_INVALID_CODE' })
})

t.test('the first callback URL of the profile is the default redirect URI', async t => {
  const { provider, requests } = await startScripted(t, { '/oauth/token': tokens() }, { callbackUrls: ['http://localhost:3000/first', 'http://localhost:3000/second'] })
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
})

t.test('the URLs are those that Auth0 documents', async t => {
  const provider = createAuth0Provider({ id: 'auth0', domain: 'acme.eu.auth0.com', clientId: 'web' }, { log: { debug () {}, info () {}, warn () {}, error () {} } })
  t.equal(await provider.loginUrl(), 'https://acme.eu.auth0.com/authorize?response_type=code&client_id=web&scope=openid+profile+email+offline_access')
  t.equal(await provider.logoutUrl({ redirectUri: 'http://localhost:3000/out', state: 's', idTokenHint: 'token' }), 'https://acme.eu.auth0.com/v2/logout?client_id=web&returnTo=http%3A%2F%2Flocalhost%3A3000%2Fout')
})

t.test("signing up sends the names as Auth0's fields, without empty ones", async t => {
  const { provider, requests } = await startScripted(t, { '/dbconnections/signup': { body: { _id: '1', email_verified: true } } }, { connection: 'customers' })
  t.strictSame(await provider.signUpWithPassword({ email, password: 'p', firstName: 'Ada', lastName: '' }), { subject: 'auth0|1', emailVerified: true })
  t.strictSame(requests[0]?.input, { client_id: 'web', connection: 'customers', email, password: 'p', given_name: 'Ada' })
})

const ids: [Record<string, unknown>, string][] = [
  [{ _id: '1', user_id: '2' }, 'auth0|1'],
  [{ user_id: 'auth0|2' }, 'auth0|2'],
  [{ id: '3' }, 'auth0|3']
]
for (const [body, subject] of ids) {
  t.test(`the account in ${JSON.stringify(body)} has the subject ${subject}`, async t => {
    const { provider } = await startScripted(t, { '/dbconnections/signup': { body } })
    t.strictSame(await provider.signUpWithPassword({ email, password: 'p' }), { subject, emailVerified: false })
  })
}

t.test('the adapter lacks what needs the Management API', async t => {
  const { provider } = await startScripted(t, {})
  t.strictSame(['changePassword', 'confirmForgottenPassword', 'resendVerificationEmail', 'deleteAccount'].filter(method => method in provider), [])
})

for (const [use, call] of [
  ['a sign-in', provider => provider.signInWithPassword({ email, password: 'p' })],
  ['a sign-up', provider => provider.signUpWithPassword({ email, password: 'p' })]
] as [string, (provider: ReturnType<typeof createAuth0Provider>) => Promise<unknown>][]) {
  t.test(`the timeout applies while the response to ${use} trickles in`, async t => {
    let closed = () => {}
    const connectionClosed = new Promise<void>(resolve => { closed = resolve })
    const url = await startServer(t, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const trickle = setInterval(() => response.write(' '), 20)
      response.on('close', () => { clearInterval(trickle) })
    }, closed)
    const provider = createAuth0Provider({ id: 'auth0', domain: 'acme.eu.auth0.com', clientId: 'web', issuer: `${url}/`, timeoutMs: 100 },
      { log: { debug () {}, info () {}, warn () {}, error () {} } })
    await t.rejects(call(provider), { code: 'IDENTITY_PROVIDER_ERR_UNAVAILABLE' })
    await t.resolves(connectionClosed, 'and the connection is closed')
  })
}

t.test('the adapter stops reading an endless response', async t => {
  const page = ' '.repeat(64 * 1024)
  let sent = 0
  const url = await startServer(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const send = () => {
      while (!response.destroyed && response.write(page)) sent += page.length
      response.once('drain', send)
    }
    send()
  })
  const provider = createAuth0Provider({ id: 'auth0', domain: 'acme.eu.auth0.com', clientId: 'web', issuer: `${url}/`, timeoutMs: 20_000 },
    { log: { debug () {}, info () {}, warn () {}, error () {} } })
  await t.rejects(provider.signInWithPassword({ email, password: 'p' }), { code: 'IDENTITY_PROVIDER_ERR_UNAVAILABLE', cause: { message: /more than 1048576 bytes/ } })
  t.ok(sent < 50 * 1024 * 1024, 'the server was stopped early')
})
