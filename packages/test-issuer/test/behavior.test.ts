import { createConnection } from 'node:net'
import t, { type Test } from 'tap'
import { startTestIssuer, type Behavior, type IssuerOptions, type TestIssuer } from '../dist/index.js'

async function start (t: Test, options?: IssuerOptions): Promise<TestIssuer> {
  const issuer = await startTestIssuer(options)
  t.teardown(() => issuer.close())
  return issuer
}

const discoveryOf = (issuer: TestIssuer) => `${issuer.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
const deadline = () => ({ signal: AbortSignal.timeout(300) })

t.test('down: refuses connections, closes open ones, and keeps its port for later', async t => {
  const issuer = await start(t)
  const idle = createConnection(Number(new URL(issuer.issuer).port), '127.0.0.1')
  await new Promise(resolve => idle.once('connect', resolve))
  const ended = new Promise(resolve => idle.once('error', () => {}).once('close', resolve))

  await issuer.behave('down')
  await ended
  await t.rejects(fetch(issuer.jwksUri), { cause: { code: 'ECONNREFUSED' } })
  await issuer.behave('down')
  t.ok(await issuer.idToken(), 'signing still works')

  await issuer.behave('well')
  t.equal((await fetch(issuer.jwksUri)).status, 200)
})

t.test('down can be followed by any other behavior', async t => {
  const issuer = await start(t)
  await issuer.behave('down')
  await issuer.behave('error')
  t.equal((await fetch(issuer.jwksUri)).status, 500)
})

t.test('hanging: never responds, and closing does not wait', async t => {
  const issuer = await start(t)
  await issuer.behave('hanging')
  await t.rejects(fetch(issuer.jwksUri, deadline()), { name: 'TimeoutError' })
  const pending = t.rejects(fetch(issuer.jwksUri))
  await t.rejects(fetch(discoveryOf(issuer), deadline()), { name: 'TimeoutError' })
  await issuer.close()
  await pending
})

t.test('error: every request gets status 500', async t => {
  const issuer = await start(t)
  await issuer.behave('error')
  for (const url of [issuer.jwksUri, discoveryOf(issuer), `${issuer.issuer}/token`]) t.equal((await fetch(url)).status, 500)
})

t.test('garbage: status 200 and a JSON content type, but no JSON', async t => {
  const issuer = await start(t)
  await issuer.behave('garbage')
  const response = await fetch(issuer.jwksUri)
  t.equal(response.status, 200)
  t.equal(response.headers.get('content-type'), 'application/json')
  await t.rejects(response.json(), { name: 'SyntaxError' })
})

t.test('huge: the right document and 16 MiB of white space, without a content length', async t => {
  const issuer = await start(t)
  await issuer.behave('huge')
  const response = await fetch(discoveryOf(issuer))
  t.equal(response.headers.get('content-length'), null)
  const text = await response.text()
  t.ok(text.length > 16 * 1024 * 1024)
  t.match(JSON.parse(text), { issuer: issuer.issuer, jwks_uri: issuer.jwksUri })
})

t.test('huge: a client may hang up before the end', async t => {
  const issuer = await start(t)
  await issuer.behave('huge')
  const response = await fetch(issuer.jwksUri)
  await response.body?.cancel()
  await issuer.behave('well')
  t.equal((await fetch(issuer.jwksUri)).status, 200)
})

t.test('redirect: status 302, and a client that follows gets the document', async t => {
  for (const shape of ['openid', 'cognito', 'auth0'] as const) {
    const issuer = await start(t, { shape })
    await issuer.behave('redirect')
    t.equal((await fetch(issuer.jwksUri, { redirect: 'manual' })).status, 302)
    const followed = await fetch(discoveryOf(issuer))
    t.ok(followed.redirected)
    t.match(await followed.json(), { issuer: issuer.issuer })
    t.equal(issuer.requests.discovery, 1, 'the request that follows the redirect is not counted')
  }
})

t.test('requests are counted per document, whatever the response', async t => {
  const issuer = await start(t)
  t.match(issuer.requests, { discovery: 0, jwks: 0 })
  await fetch(discoveryOf(issuer))
  for (const how of ['well', 'error', 'garbage'] satisfies Behavior[]) {
    await issuer.behave(how)
    await (await fetch(issuer.jwksUri)).text()
  }
  await fetch(`${issuer.issuer}/token`)
  t.match(issuer.requests, { discovery: 1, jwks: 3 })
})

t.test('a path without a document returns 404', async t => {
  const issuer = await start(t, { shape: 'cognito' })
  t.equal((await fetch(new URL('/.well-known/openid-configuration', issuer.issuer))).status, 404)
  t.equal((await fetch(`${issuer.issuer}/token`)).status, 404)
})

t.test('the port can be chosen, and two issuers cannot share one', async t => {
  const first = await start(t)
  const port = Number(new URL(first.issuer).port)
  await t.rejects(startTestIssuer({ port }), { code: 'EADDRINUSE' })
  await first.close()
  await first.close()
  const second = await start(t, { port })
  t.equal(second.issuer, first.issuer)
})

t.test('an unknown shape, algorithm or behavior is refused', async t => {
  await t.rejects(startTestIssuer({ shape: 'okta' as 'openid' }), { name: 'TypeError', message: 'shape: "okta" is not one of openid, cognito, auth0' })
  await t.rejects(startTestIssuer({ algorithm: 'HS256' as 'RS256' }))
  const issuer = await start(t)
  await t.rejects(issuer.behave('slow' as 'well'), { name: 'TypeError', message: /^behave: "slow" is not one of well, / })
})

t.test('no two open issuers share a key, whatever was opened and closed before', async t => {
  const keysOf = async ({ jwksUri }: TestIssuer) => (await (await fetch(jwksUri)).json() as { keys: { kid: string }[] }).keys.map(({ kid }) => kid)
  const earlier = await startTestIssuer()
  await earlier.rotateKey()
  await earlier.forgedToken()
  await Promise.all([earlier.close(), earlier.close()])
  const issuers = await Promise.all(Array.from({ length: 5 }, async () => await startTestIssuer()))
  t.teardown(() => Promise.all(issuers.map(issuer => issuer.close())))
  t.equal(new Set((await Promise.all(issuers.map(keysOf))).flat()).size, 5)
})
