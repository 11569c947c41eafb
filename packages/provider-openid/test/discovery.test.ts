import { startTestIssuer } from '@latchkey/test-issuer'
import t, { type Test } from 'tap'
import { createDiscoveredClient } from '../dist/discovered-client.js'
import { createOpenIdProvider } from '../dist/index.js'
import { resolveOptions, type OpenIdOptions } from '../dist/options.js'
import { startCrookedProvider } from './helpers/crooked-provider.js'
import { createRecordingLog } from './helpers/recording-log.js'
import { silent } from './helpers/silent-log.js'

const unavailable = { code: 'IDENTITY_PROVIDER_ERR_UNAVAILABLE', statusCode: 503 }

async function startIssuer (t: Test) {
  const issuer = await startTestIssuer({ algorithm: 'ES256' })
  t.teardown(() => issuer.close())
  return issuer
}

/** The timeout in milliseconds, long enough for a busy machine. After a failed refresh the adapter waits as long before it tries again. */
const PATIENCE = 60_000
const optionsFor = (issuer: string): OpenIdOptions => ({ id: 'company-sso', issuer, clientId: 'web', clientSecret: 'hunter2', timeoutMs: PATIENCE })
const open = (issuer: string, log = silent) => createOpenIdProvider(optionsFor(issuer), { log })

t.test('opening the adapter sends no request, and works while the provider is down', async t => {
  const issuer = await startIssuer(t)
  open(issuer.issuer)
  await issuer.behave('down')
  t.ok(open(issuer.issuer))
  t.equal(issuer.requests.discovery, 0)
})

t.test('concurrent and later calls share one discovery request', async t => {
  const issuer = await startIssuer(t)
  const provider = open(issuer.issuer)
  await Promise.all(Array.from({ length: 20 }, () => provider.loginUrl()))
  await provider.loginUrl()
  await provider.logoutUrl()
  t.equal(issuer.requests.discovery, 1)
})

for (const how of ['down', 'hanging', 'error', 'garbage', 'huge', 'redirect'] as const) {
  t.test(`${how}: all waiting calls fail, and the next call tries again`, async t => {
    const issuer = await startIssuer(t)
    const provider = createOpenIdProvider({ ...optionsFor(issuer.issuer), timeoutMs: how === 'hanging' ? 3000 : PATIENCE }, { log: silent })
    await issuer.behave(how)
    await Promise.all([1, 2, 3].map(() => t.rejects(provider.loginUrl(), unavailable)))
    t.equal(issuer.requests.discovery, how === 'down' ? 0 : 1)
    await issuer.behave('well')
    t.match(await provider.loginUrl(), `${issuer.issuer}/authorize?`)
  })
}

t.test('an outage fails all waiting calls, naming the profile and the cause, and leaves logging to the caller', async t => {
  const issuer = await startIssuer(t)
  const log = createRecordingLog()
  await issuer.behave('down')
  const provider = open(issuer.issuer, log)
  const refused = { ...unavailable, message: /company-sso/, cause: { message: /ECONNREFUSED/ } }
  await Promise.all([t.rejects(provider.loginUrl(), refused), t.rejects(provider.logoutUrl(), refused), t.rejects(provider.refreshTokens({ refreshToken: 'r' }), refused)])
  t.strictSame(log.lines, [])
})

for (const [what, issuerOf] of [
  ['another issuer', () => 'https://evil.example'],
  ['the issuer with a slash', (issuer: string) => `${issuer}/`],
  ['the issuer in capitals', (issuer: string) => issuer.replace('http', 'HTTP')]
] as const) {
  t.test(`a discovery document with ${what} is refused`, async t => {
    const { issuer } = await startCrookedProvider(t, { discovery: issuer => ({ issuer: issuerOf(issuer) }) })
    await t.rejects(open(issuer).loginUrl(), unavailable)
  })
}

for (const [endpoint, use] of [
  ['authorization_endpoint', 'loginUrl'],
  ['end_session_endpoint', 'logoutUrl']
] as const) {
  for (const address of ['http://id.example.com/page', 'javascript:alert(1)']) {
    t.test(`no browser is sent to ${address} as ${endpoint}`, async t => {
      const { issuer } = await startCrookedProvider(t, { discovery: () => ({ [endpoint]: address }) })
      await t.rejects(open(issuer)[use](), { ...unavailable, cause: { message: new RegExp(endpoint) } })
    })
  }
}

t.test('no secret is sent to a token endpoint over http', async t => {
  const { issuer } = await startCrookedProvider(t, { discovery: () => ({ token_endpoint: 'http://id.example.com/token' }) })
  await t.rejects(open(issuer).exchangeCode({ code: 'a-code' }), { ...unavailable, cause: { message: /token_endpoint in the discovery document must begin with https/ } })
})

for (const endpoint of ['authorization_endpoint', 'token_endpoint', 'end_session_endpoint']) {
  t.test(`an issuer elsewhere cannot name a ${endpoint} on this machine over http`, async t => {
    const { issuer, tokenRequests } = await startCrookedProvider(t, {})
    const elsewhere = 'https://id.example.com'
    const { fetch } = globalThis
    t.teardown(() => { globalThis.fetch = fetch })
    globalThis.fetch = async (url, options) => url === `${elsewhere}/.well-known/openid-configuration`
      ? Response.json({ issuer: elsewhere, authorization_endpoint: `${elsewhere}/authorize`, token_endpoint: `${elsewhere}/token`, [endpoint]: `${issuer}/token` })
      : await fetch(url, options)
    await t.rejects(open(elsewhere).exchangeCode({ code: 'a-code' }), { ...unavailable, cause: { message: `The ${endpoint} in the discovery document must begin with https://, like the address of the server that names it` } })
    t.strictSame(tokenRequests, [])
  })
}

t.test('the discovery document is refreshed after an hour, and stays in use if that fails', async t => {
  const issuer = await startIssuer(t)
  const log = createRecordingLog()
  let now = 0
  const discoveredClient = createDiscoveredClient(resolveOptions(optionsFor(issuer.issuer)), log, () => now)

  const first = await discoveredClient()
  now = 3_599_999
  t.equal(await discoveredClient(), first)
  t.equal(issuer.requests.discovery, 1)
  now = 3_600_000
  const second = await discoveredClient()
  t.not(second, first)
  t.equal(issuer.requests.discovery, 2)

  await issuer.behave('error')
  now += 3_600_000
  t.equal(await discoveredClient(), second)
  t.match(log.lines, [{ level: 'warn', details: { profile: 'company-sso' } }])
  t.equal(await discoveredClient(), second)
  t.equal(issuer.requests.discovery, 3, 'after a failure the next refresh waits')

  await issuer.behave('well')
  now += PATIENCE
  t.not(await discoveredClient(), second)
})
