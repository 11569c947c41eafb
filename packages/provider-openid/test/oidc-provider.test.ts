/** Tests against a real provider that the conformance suite does not cover. */
import t from 'tap'
import { createOpenIdProvider, type OpenIdOptions } from '../dist/index.js'
import { authorize } from './helpers/code-flow.js'
import { createBrowser } from './helpers/headless-browser.js'
import { startOidcProvider } from './helpers/oidc-provider-fixture.js'
import { createRecordingLog } from './helpers/recording-log.js'
import { silent } from './helpers/silent-log.js'

const ada = { subject: 'ada', email: 'ada@example.com', password: 'correct horse' }
const eve = { subject: 'eve', email: 'eve@example.com', emailVerified: false, password: 'battery staple' }
const callback = 'http://127.0.0.1:1/auth/callback'
/** A URL parser would append a slash to it. */
const bareCallback = 'http://127.0.0.1:1'
const loggedOut = 'http://127.0.0.1:1/logged-out'
const clientSecret = 'the+client/secret of a test'
const redirects = { redirect_uris: [callback, bareCallback], post_logout_redirect_uris: [loggedOut] }

const fixture = await startOidcProvider({
  clients: [
    { client_id: 'basic', client_secret: clientSecret, token_endpoint_auth_method: 'client_secret_basic', ...redirects },
    { client_id: 'post', client_secret: clientSecret, token_endpoint_auth_method: 'client_secret_post', ...redirects },
    { client_id: 'public', token_endpoint_auth_method: 'none', ...redirects }
  ],
  accounts: [ada, eve]
})
t.teardown(() => fixture.close())

const open = (options: Partial<OpenIdOptions>, log = silent) => createOpenIdProvider({ id: 'company-sso', issuer: fixture.issuer, clientId: 'basic', clientSecret, ...options }, { log })
const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString())

for (const [what, options] of Object.entries({
  'a client that authenticates by header': {},
  'a client that authenticates in the body': { clientId: 'post', tokenEndpointAuthMethod: 'client_secret_post' },
  'a client without a secret': { clientId: 'public', clientSecret: undefined }
} satisfies Record<string, Partial<OpenIdOptions>>)) {
  t.test(`${what} exchanges a code and refreshes`, async t => {
    const adapter = open(options)
    const tokens = await adapter.exchangeCode(await authorize(fixture, adapter, { ...ada, redirectUri: callback }))
    t.match(claimsOf(tokens.idToken), { sub: 'ada', email: 'ada@example.com', email_verified: true, aud: adapter.issuer.clientId })
    const refreshed = await adapter.refreshTokens({ refreshToken: tokens.refreshToken as string })
    t.match(claimsOf(refreshed.idToken), { sub: 'ada', email: 'ada@example.com' })
    t.ok(Date.parse(refreshed.accessTokenExpiresAt as string) - Date.now() > 3_500_000)
  })
}

t.test('each user gets their own tokens', async t => {
  const adapter = open({})
  const tokens = await adapter.exchangeCode(await authorize(fixture, adapter, { ...eve, redirectUri: callback }))
  t.match(claimsOf(tokens.idToken), { sub: 'eve', email_verified: false })
})

t.test('the redirect URI is sent unchanged', async t => {
  const adapter = open({})
  await t.resolves(adapter.exchangeCode(await authorize(fixture, adapter, { ...ada, redirectUri: bareCallback })))
})

t.test('the first callback URL is the default redirect URI', async t => {
  const adapter = open({ callbackUrls: [callback, bareCallback] })
  const { redirectUri, ...request } = await authorize(fixture, adapter, { ...ada, redirectUri: callback })
  await t.resolves(adapter.exchangeCode(request))
})

t.test('a callback URL that is not listed is refused without a request to the provider', async t => {
  const adapter = open({ callbackUrls: [callback], issuer: 'http://127.0.0.1:1' })
  for (const redirectUri of [bareCallback, `${callback}/`, 'https://evil.example']) {
    await t.rejects(adapter.exchangeCode({ code: 'a-code', redirectUri }), { code: 'IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED', statusCode: 400 })
    await t.rejects(adapter.loginUrl({ redirectUri }), { code: 'IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED' })
  }
})

t.test('a code without its verifier, an empty code and an empty refresh token are refused', async t => {
  const adapter = open({})
  const { code } = await authorize(fixture, adapter, { ...ada, redirectUri: callback })
  for (const request of [{ code, redirectUri: callback }, { code: '' }, { code: '\u0000 &=' }]) {
    await t.rejects(adapter.exchangeCode(request), { code: 'IDENTITY_PROVIDER_ERR_INVALID_CODE', statusCode: 400 })
  }
  for (const refreshToken of ['', '\u0000 &=']) {
    await t.rejects(adapter.refreshTokens({ refreshToken }), { code: 'IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED', statusCode: 401 })
  }
})

t.test('a code of one client does not work for another', async t => {
  const request = await authorize(fixture, open({}), { ...ada, redirectUri: callback })
  await t.rejects(open({ clientId: 'public', clientSecret: undefined }).exchangeCode(request), { code: 'IDENTITY_PROVIDER_ERR_INVALID_CODE' })
})

t.test('the log shows that the client secret is wrong', async t => {
  const log = createRecordingLog()
  const request = await authorize(fixture, open({}), { ...ada, redirectUri: callback })
  await t.rejects(open({ clientSecret: 'of yesterday' }, log).exchangeCode(request), { code: 'IDENTITY_PROVIDER_ERR_UNAVAILABLE' })
  t.match(log.lines, [{ level: 'warn', details: { profile: 'company-sso', operation: 'exchangeCode', err: { message: /401/ } } }])
})

t.test('the logout page signs out and leads back', async t => {
  const adapter = open({ logoutUrls: [loggedOut] })
  const browser = createBrowser()
  const { idToken } = await adapter.exchangeCode(await authorize(fixture, adapter, { ...ada, redirectUri: callback, browser }))

  const logoutUrl = await adapter.logoutUrl({ redirectUri: loggedOut, idTokenHint: idToken, state: 's' }) as string
  t.equal(new URL(logoutUrl).searchParams.get('id_token_hint'), idToken)
  const page = await browser.open(logoutUrl, fixture.issuer)
  const [, action, xsrf] = /action="([^"]+)".*name="xsrf" value="([^"]+)"/s.exec(page.body) as unknown as [string, string, string]
  const back = await browser.submit(action, { xsrf, logout: 'yes' }, fixture.issuer)
  t.equal(back.url, `${loggedOut}?state=s`)
  await t.rejects(adapter.logoutUrl({ redirectUri: callback }), { code: 'IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED' })
})
