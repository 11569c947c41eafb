/** How the adapter translates each response of a token endpoint, and that it exposes no secrets. */
import { inspect } from 'node:util'
import type { ServerResponse } from 'node:http'
import t from 'tap'
import { createOpenIdProvider } from '../dist/index.js'
import { sendJson, startCrookedProvider } from './helpers/crooked-provider.js'
import { createRecordingLog } from './helpers/recording-log.js'

const code = 'the code/1'
const refreshToken = 'the refresh token/1'
const clientSecret = 'the-client-secret'
const codeVerifier = 'the-verifier-of-the-login'

type Answer = (response: ServerResponse, issuer: string, body: URLSearchParams) => void
/** Repeats what it was sent, as is and encoded. */
const says = (status: number, error: string): Answer => (response, issuer, body) => {
  sendJson(response, status, { error, error_description: `no good: ${[...body.values()].join(' ')} ${body.toString()} ${clientSecret}` })
}
const unsigned = (claims: object) => [{ alg: 'RS256' }, claims, 'signature'].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
const gives = (claims: (issuer: string) => object): Answer => (response, issuer) => {
  sendJson(response, 200, { access_token: 'an-access-token', token_type: 'Bearer', id_token: unsigned({ iss: issuer, sub: 'ada', aud: 'web', iat: seconds(), exp: seconds() + 60, ...claims(issuer) }) })
}
const seconds = () => Math.floor(Date.now() / 1000)

const answers: [what: string, answer: Answer, ofExchange: string, ofRefresh: string][] = [
  ['invalid_grant', says(400, 'invalid_grant'), 'INVALID_CODE', 'REFRESH_TOKEN_EXPIRED'],
  ['invalid_grant with another status', says(403, 'invalid_grant'), 'INVALID_CODE', 'REFRESH_TOKEN_EXPIRED'],
  ['invalid_request', says(400, 'invalid_request'), 'INVALID_CODE', 'REFRESH_TOKEN_EXPIRED'],
  ['invalid_client', says(401, 'invalid_client'), 'UNAVAILABLE', 'UNAVAILABLE'],
  ['a challenge', response => { sendJson(response, 401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic realm="x"' }) }, 'UNAVAILABLE', 'UNAVAILABLE'],
  ['unauthorized_client', says(400, 'unauthorized_client'), 'UNAVAILABLE', 'UNAVAILABLE'],
  ['too many requests', says(429, 'slow_down'), 'THROTTLED', 'THROTTLED'],
  ['too many requests, not in JSON', response => { response.writeHead(429).end('slow down') }, 'THROTTLED', 'THROTTLED'],
  ['an error of the server', response => { response.writeHead(500).end() }, 'UNAVAILABLE', 'UNAVAILABLE'],
  ['a redirect', (response, issuer) => { response.writeHead(307, { location: `${issuer}/token` }).end() }, 'UNAVAILABLE', 'UNAVAILABLE'],
  ['no JSON', response => { response.writeHead(200, { 'content-type': 'application/json' }).end(`{"refresh_token":"${refreshToken}", x`) }, 'UNAVAILABLE', 'UNAVAILABLE'],
  ['text', response => { response.writeHead(200, { 'content-type': 'application/json' }).end('an-access-token') }, 'UNAVAILABLE', 'UNAVAILABLE'],
  ['no answer', () => {}, 'UNAVAILABLE', 'UNAVAILABLE'],
  ['half an answer', response => { response.writeHead(200, { 'content-type': 'application/json' }).write('{') }, 'UNAVAILABLE', 'UNAVAILABLE'],
  ['too long an answer', response => { sendJson(response, 200, { access_token: 'x'.repeat(2 ** 21), token_type: 'Bearer' }) }, 'UNAVAILABLE', 'UNAVAILABLE'],
  ['no ID token', response => { sendJson(response, 200, { access_token: 'an-access-token', token_type: 'Bearer' }) }, 'UNAVAILABLE', 'UNAVAILABLE'],
  ['an ID token of another issuer', gives(() => ({ iss: 'https://evil.example' })), 'UNAVAILABLE', 'UNAVAILABLE'],
  ['an ID token for another client', gives(() => ({ aud: 'mobile' })), 'UNAVAILABLE', 'UNAVAILABLE'],
  ['an expired ID token', gives(() => ({ exp: seconds() - 60 })), 'UNAVAILABLE', 'UNAVAILABLE']
]

for (const [what, token, ofExchange, ofRefresh] of answers) {
  t.test(`${what}: ${ofExchange} for a code, ${ofRefresh} for a refresh token`, async t => {
    const { issuer, tokenRequests } = await startCrookedProvider(t, { token })
    const log = createRecordingLog()
    // Long enough for a busy machine, but short where the response never ends.
    const provider = createOpenIdProvider({ id: 'company-sso', issuer, clientId: 'web', clientSecret, timeoutMs: ['no answer', 'half an answer'].includes(what) ? 2000 : 60_000 }, { log })
    await provider.loginUrl()
    const errors = [
      await provider.exchangeCode({ code, codeVerifier, nonce: 'n' }).catch((error: Error) => error) as Error & { code: string },
      await provider.refreshTokens({ refreshToken }).catch((error: Error) => error) as Error & { code: string }
    ]
    t.strictSame(errors.map(error => error.code), [`IDENTITY_PROVIDER_ERR_${ofExchange}`, `IDENTITY_PROVIDER_ERR_${ofRefresh}`])
    t.ok(errors.every(error => error.cause instanceof Error), 'the cause is kept for the log')
    t.equal(tokenRequests.length, 2, 'and the provider was asked once for each')
    t.equal(log.lines.length, ofExchange === 'UNAVAILABLE' ? 2 : 0, 'only failures of the provider are logged')

    const shown = inspect([errors, log.lines], { depth: 20, showHidden: true })
    for (const secret of [code, refreshToken, codeVerifier, clientSecret, 'an-access-token']) {
      for (const form of [secret, new URLSearchParams({ secret }).toString().slice('secret='.length)]) t.notOk(shown.includes(form), 'no secret is shown')
    }
  })
}

t.test('an ID token that expired within the clock tolerance is accepted', async t => {
  const { issuer } = await startCrookedProvider(t, { token: gives(() => ({ exp: seconds() - 10, nonce: 'n' })) })
  const provider = createOpenIdProvider({ id: 'company-sso', issuer, clientId: 'web' }, { log: createRecordingLog() })
  t.match(await provider.exchangeCode({ code }), { accessToken: 'an-access-token', refreshToken: null, accessTokenExpiresAt: null })
})

t.test('the timeout is exact: a response that is less than a second late is too late', async t => {
  const { issuer } = await startCrookedProvider(t, { token: (response, issuer, body) => { setTimeout(() => { gives(() => ({}))(response, issuer, body) }, 1700) } })
  const provider = createOpenIdProvider({ id: 'company-sso', issuer, clientId: 'web', timeoutMs: 1250 }, { log: createRecordingLog() })
  while (await provider.loginUrl().then(() => false, () => true)) { /* a busy machine may miss this timeout too */ }
  await t.rejects(provider.exchangeCode({ code }), { code: 'IDENTITY_PROVIDER_ERR_UNAVAILABLE' })
})

t.test('a refresh without a new refresh token gives the old one again', async t => {
  const { issuer } = await startCrookedProvider(t, { token: gives(() => ({})) })
  const provider = createOpenIdProvider({ id: 'company-sso', issuer, clientId: 'web' }, { log: createRecordingLog() })
  t.equal((await provider.refreshTokens({ refreshToken })).refreshToken, refreshToken)
})

for (const [supported, asked, basic] of [
  [undefined, undefined, true],
  [['client_secret_basic', 'client_secret_post'], undefined, true],
  [['client_secret_post'], undefined, false],
  [['client_secret_basic'], 'client_secret_post', false],
  [['client_secret_post'], 'client_secret_basic', true]
] as const) {
  t.test(`the client authenticates ${basic ? 'by header' : 'in the body'} where the provider supports ${supported ?? 'what it does not say'} and the options say ${asked ?? 'nothing'}`, async t => {
    const { issuer, tokenRequests } = await startCrookedProvider(t, { discovery: () => ({ token_endpoint_auth_methods_supported: supported }), token: gives(() => ({})) })
    const provider = createOpenIdProvider({ id: 'company-sso', issuer, clientId: 'web', clientSecret, tokenEndpointAuthMethod: asked }, { log: createRecordingLog() })
    await provider.exchangeCode({ code })
    t.equal(tokenRequests[0]?.authorization !== undefined, basic)
    t.equal(tokenRequests[0]?.body.get('client_secret'), basic ? null : clientSecret)
  })
}
