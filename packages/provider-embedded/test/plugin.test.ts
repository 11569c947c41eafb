import database from '@latchkey/database'
import Fastify, { type FastifyInstance } from 'fastify'
import formbody from '@fastify/formbody'
import tokenVerifier from '@latchkey/token-verifier'
import t, { type Test } from 'tap'
import providerEmbedded, { type ProviderEmbeddedOptions } from '../dist/index.js'
import { profileOf, startApp } from './helpers/app.js'
import { beginSignIn, confirmedAccount, password, signInByPage } from './helpers/client.js'
import { formBrowser } from './helpers/form-browser.js'

const publicUrl = 'http://localhost:4000'

async function appWithDatabase (t: Test): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(database, { url: 'sqlite::memory:' })
  return app
}

t.test('decorates the app and answers discovery below /oidc', async t => {
  const app = await appWithDatabase(t)
  await app.register(providerEmbedded, { publicUrl: `${publicUrl}/` })
  t.equal(app.providerEmbedded.issuer, `${publicUrl}/oidc`)
  t.ok(Object.isFrozen(app.providerEmbedded))
  const discovery = await app.inject('/oidc/.well-known/openid-configuration')
  t.match(discovery.json(), { issuer: `${publicUrl}/oidc`, jwks_uri: `${publicUrl}/oidc/jwks`, response_types_supported: ['code'], code_challenge_methods_supported: ['S256'], revocation_endpoint_auth_methods_supported: ['none'] })
})

t.test('has a name, needs the database, and can be registered only once', async t => {
  const app = await appWithDatabase(t)
  await app.register(providerEmbedded, { publicUrl })
  t.ok(app.hasPlugin('@latchkey/provider-embedded'))
  await t.rejects(async () => await app.register(providerEmbedded, { publicUrl, legacyRoutes: false }), { code: /FST_ERR/ })
  const bare = Fastify()
  t.teardown(() => bare.close())
  await t.rejects(async () => await bare.register(providerEmbedded, { publicUrl }), { code: 'FST_ERR_PLUGIN_NOT_PRESENT_IN_INSTANCE' })
})

t.test('does not change how the app parses request bodies', async t => {
  const app = await appWithDatabase(t)
  await app.register(formbody)
  await app.register(providerEmbedded, { publicUrl })
  app.post('/echo', async request => request.body)
  t.strictSame((await app.inject({ method: 'POST', url: '/echo', payload: { a: 1 } })).json(), { a: 1 })
  t.strictSame((await app.inject({ method: 'POST', url: '/echo', headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: 'a=1' })).json(), { a: '1' })
})

t.test('lets the app close at once and start again on the same database', async t => {
  const app = await appWithDatabase(t)
  await app.register(providerEmbedded, { publicUrl })
  await t.resolves(app.close())
})

const refused: [string, Record<string, unknown>, RegExp][] = [
  ['no public URL', {}, /publicUrl is required/],
  ['a public URL that is none', { publicUrl: 'example.com' }, /publicUrl must be an http\(s\) URL/],
  ['a public URL with a path', { publicUrl: 'https://example.com/app' }, /must be an origin/],
  ['a public URL without TLS', { publicUrl: 'http://example.com' }, /must be https/],
  ['a subdomain of localhost, which the token verifier refuses', { publicUrl: 'http://app.localhost:4000' }, /must be https/],
  ['a short secret, which it does not repeat', { publicUrl, secretKey: 'hunter2' }, /^(?!.*hunter2).*secretKey/],
  ['a mail server of another scheme', { publicUrl, smtp: { url: 'http://user:hunter2@host', from: 'a@b.c' } }, /^(?!.*hunter2).*smtp\.url/],
  ['an unknown option', { publicUrl, smpt: {} }, /smpt is not an option/]
]
for (const [what, options, message] of refused) {
  t.test(`registration refuses ${what}`, async t => {
    const app = await appWithDatabase(t)
    await t.rejects(async () => await app.register(providerEmbedded, options as ProviderEmbeddedOptions), { code: 'PROVIDER_EMBEDDED_ERR_INVALID_OPTIONS', message })
  })
}

const refusedProfiles: [string, Record<string, unknown>, RegExp][] = [
  ['a name that is none', { name: '' }, /name/],
  ['an unknown option', { colour: '#000000' }, /colour is not an option/],
  ['a color', { color: 'red' }, /color/],
  ['a callback', { callbackUrls: ['/callback'] }, /callbackUrls\.0/],
  ['a callback with a fragment', { callbackUrls: ['https://app.example.com/#/callback'] }, /callbackUrls\.0/],
  ['a script as callback', { callbackUrls: ['javascript:alert(1)'] }, /callbackUrls\.0/],
  ['a client id that another profile has', { clientId: 'taken' }, /clientId is already used by the profile "other"/]
]
t.test('a profile', async t => {
  const app = await appWithDatabase(t)
  await app.register(providerEmbedded, { publicUrl })
  const { createProvider } = app.providerEmbedded
  createProvider(profileOf({ id: 'other', clientId: 'taken' }))
  for (const [what, given, message] of refusedProfiles) {
    t.throws(() => createProvider({ ...profileOf(), ...given }), { code: 'IDENTITY_PROVIDER_ERR_INVALID_OPTIONS', message }, `is refused for ${what}`)
  }
  const first = createProvider(profileOf({ clientId: 'web' }))
  t.match(first.issuer, { issuer: `${publicUrl}/oidc`, clientId: 'web', audiences: ['web'] })
  createProvider(profileOf({ clientId: 'web2' }))
  await first.close?.()
  t.equal((await app.inject('/oidc/session/end?client_id=web')).statusCode, 400, 'opening it again replaces it')
  t.not((await app.inject('/oidc/session/end?client_id=web2')).statusCode, 400, 'closing the replaced one does not undo that')
})

t.test('an app-wide hook that verifies tokens skips the provider\'s own routes', async t => {
  const app = await appWithDatabase(t)
  await app.register(tokenVerifier)
  app.addHook('onRequest', app.tokenVerifier.authenticate)
  await app.register(providerEmbedded, { publicUrl })
  const response = await app.inject({ url: '/oidc/me', headers: { authorization: 'Bearer of-the-provider' } })
  t.match(response, { statusCode: 401, headers: { 'www-authenticate': /error="invalid_token"/ } })
  t.match(response.json(), { error: 'invalid_token' }, 'the provider\'s own answer')
})

t.test('onRefused gets the error with which a hosted page refuses someone', async t => {
  t.test('it must be a function', async t => {
    const app = await appWithDatabase(t)
    await t.rejects(async () => await app.register(providerEmbedded, { publicUrl, onRefused: 'log' as never }), { code: 'PROVIDER_EMBEDDED_ERR_INVALID_OPTIONS', message: /onRefused must be a function/ })
  })
  const refused: string[] = []
  const running = await startApp(t, 'sqlite', { onRefused: error => { refused.push(String((error as { code?: string, statusCode?: number }).code ?? (error as { statusCode?: number }).statusCode)) } })
  const provider = running.app.providerEmbedded.createProvider(profileOf())
  await confirmedAccount(running, 'ada@example.com')
  await signInByPage(running, (await beginSignIn(running)).url, { email: 'ada@example.com', password })
  t.strictSame(refused, [])
  await signInByPage(running, (await beginSignIn(running)).url, { email: 'ada@example.com', password: 'wrong' })
  t.strictSame(refused.splice(0), ['IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS'])

  await provider.signUpWithPassword({ email: 'ben@example.com', password })
  const browser = formBrowser(running.url)
  const link = (await running.smtp.nth('ben@example.com', 1)).link
  await browser.submit(await browser.open(link), '/oidc/confirm', { password: 'wrong' })
  t.strictSame(refused.splice(0), ['IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS'], 'at a link from an email')

  for (const [what, url] of [['signInFrom', (await beginSignIn(running)).url], ['signOutFrom', `${running.url}/oidc/session/end`]] as const) {
    await running.app.db.insertInto('latchkey_embedded_attempts')
      .values({ key: `${what}:127.0.0.1`, tries: 400, locked_until: new Date(Date.now() + 60_000).toISOString(), expires_at: new Date(Date.now() + 60_000).toISOString() })
      .onConflict(conflict => conflict.column('key').doUpdateSet({ locked_until: new Date(Date.now() + 60_000).toISOString() })).execute()
    t.equal((await fetch(url, { redirect: 'manual' })).status, 429)
    t.strictSame(refused.splice(0), ['429'], what)
  }

  await t.rejects(provider.signInWithPassword({ email: 'ada@example.com', password: 'wrong' }), { code: 'IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS' })
  t.strictSame(refused, [], 'the adapter\'s methods throw their errors instead')
})
