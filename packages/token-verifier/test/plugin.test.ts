import Fastify from 'fastify'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import tokenVerifier, { errors, type TrustedIssuer } from '../dist/index.js'
import { createGet, startApp, startLoggingApp, trust } from './helpers/app.js'
import { startDocumentServer } from './helpers/document-server.js'
import { startIssuer } from './helpers/issuer.js'
import { rawToken } from './helpers/raw-token.js'

const issuer: TrustedIssuer = { id: 'main', issuer: 'https://id.example.com', clientId: 'web' }

t.test('registers alone, without options', async t => {
  const { app, get } = await startApp(t)
  t.ok(app.hasPlugin('@latchkey/token-verifier'))
  t.ok(app.hasDecorator('tokenVerifier'))
  t.ok(app.hasRequestDecorator('identity'))
  t.strictSame(app.tokenVerifier.metrics(), [])
  t.strictSame((await get()).body, { identity: null })
})

t.test('decorates nothing else, and hides @fastify/jwt', async t => {
  const { app } = await startApp(t)
  t.notOk(app.hasPlugin('@fastify/jwt'))
  t.notOk(app.hasDecorator('jwt'))
  for (const name of ['user', 'jwtVerify', 'jwtDecode', 'latchkeyToken']) t.notOk(app.hasRequestDecorator(name), name)
  t.notOk(app.hasReplyDecorator('jwtSign'))
})

t.test('adds no hook by itself', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(tokenVerifier)
  app.get('/', async request => ({ identity: request.identity }))
  t.match(await createGet(app)('Bearer nonsense'), { status: 200, body: { identity: null } })
})

const mistaken: [string, object, RegExp][] = [
  ['an unknown option', { issuer: [] }, /issuer is not an option/],
  ['a clock tolerance above 30 s', { clockToleranceMs: 30_001 }, /clockToleranceMs must be <= 30000/],
  ['a fetch timeout of nothing', { fetchTimeoutMs: 0 }, /fetchTimeoutMs/],
  ['issuers that are no list', { issuers: issuer }, /issuers must be array/],
  ['an issuer without a client id', { issuers: [{ id: 'main', issuer: 'https://id.example.com' }] }, /issuers\.0\.clientId is required/],
  ['an issuer with no audience', { issuers: [{ ...issuer, audiences: [] }] }, /issuers\.0\.audiences/],
  ['a symmetric algorithm', { issuers: [{ ...issuer, algorithms: ['HS256'] }] }, /issuers\.0\.algorithms\.0/],
  ['an unknown member of an issuer', { issuers: [{ ...issuer, jwks: 'x' }] }, /issuers\.0\.jwks is not an option/],
  ['an issuer by http', { issuers: [{ ...issuer, issuer: 'http://id.example.com' }] }, /issuers\.0\.issuer must be an https URL/]
]
for (const [what, options, message] of mistaken) {
  t.test(`registration refuses ${what}`, async t => {
    const app = Fastify()
    t.teardown(() => app.close())
    await t.rejects(async () => await app.register(tokenVerifier, options), { code: 'TOKEN_VERIFIER_ERR_INVALID_OPTIONS', message })
  })
}

t.test('identify need not wait for a cached token, or without one', async t => {
  const issuer = await startIssuer(t)
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(tokenVerifier, { issuers: [trust(issuer)] })
  const answers: unknown[] = []
  app.get('/', async request => {
    const waiting = app.tokenVerifier.identify(request)
    answers.push(waiting)
    await waiting
    return { identity: request.identity }
  })
  const get = createGet(app)
  const bearer = `Bearer ${await issuer.idToken()}`
  const [first, , second, guest, refused] = [await get(bearer), await get(bearer), await get(bearer), await get(), await get('Bearer nonsense')]
  t.match(first.body, { identity: { subject: String } })
  t.same(second.body, first.body)
  t.match(guest.body, { identity: null })
  t.match(refused, { status: 401, reason: 'malformed' })
  t.match(answers, [Promise, Promise, undefined, undefined, Promise])
})

t.test('requireIdentity lets a genuine token pass and refuses a guest', async t => {
  const issuer = await startIssuer(t)
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(tokenVerifier, { issuers: [trust(issuer)] })
  app.addHook('onRequest', app.tokenVerifier.requireIdentity)
  app.get('/', async request => ({ subject: request.identity?.subject }))
  const get = createGet(app)

  t.strictSame((await get(`Bearer ${await issuer.idToken()}`)).body, { subject: 'user-1' })
  t.match(await get(), { status: 401, body: { code: 'TOKEN_VERIFIER_ERR_TOKEN_MISSING' }, challenge: 'Bearer realm="api"' })
  t.match(await get('Bearer nonsense'), { status: 401, body: { code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID' } })
})

t.test('requireIdentity also refuses a guest on a route registered before the plugin', async t => {
  const issuer = await startIssuer(t)
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(async routes => {
    routes.get('/', { onRequest: async request => { await app.tokenVerifier.requireIdentity(request) } }, async request => ({ subject: request.identity?.subject }))
  })
  await app.register(tokenVerifier, { issuers: [trust(issuer)] })
  const get = createGet(app)

  t.match(await get(), { status: 401, body: { code: 'TOKEN_VERIFIER_ERR_TOKEN_MISSING' } })
  t.strictSame((await get(`Bearer ${await issuer.idToken()}`)).body, { subject: 'user-1' })
})

t.test('verify returns the identity for a token from elsewhere, and does not change the request', async t => {
  const issuer = await startIssuer(t)
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(tokenVerifier, { issuers: [trust(issuer)] })
  app.post<{ Body: { token: string } }>('/', async request => ({
    verified: (await app.tokenVerifier.verify(request, request.body.token)).subject,
    identity: request.identity
  }))
  const post = async (token: unknown) => await app.inject({ method: 'POST', url: '/', payload: { token } })

  t.strictSame((await post(await issuer.idToken({ subject: 'ada' }))).json(), { verified: 'ada', identity: null })
  t.equal((await post(await issuer.forgedToken())).statusCode, 401)
  for (const token of [undefined, null, 7, {}, '', 'a.b.c']) t.equal((await post(token)).statusCode, 401, String(token))
})

t.test('tells HTTP clients what was wrong (RFC 6750)', async t => {
  const issuer = await startIssuer(t)
  const { get } = await startApp(t, { issuers: [trust(issuer)] })
  t.match(await get(`Bearer ${await issuer.idToken({ expiresIn: -60 })}`), {
    status: 401,
    body: { code: 'TOKEN_VERIFIER_ERR_TOKEN_EXPIRED', message: /^Token expired$/ },
    challenge: 'Bearer error="invalid_token", error_description="Token expired"'
  })
  t.match(await get(`Bearer ${await issuer.forgedToken()}`), {
    status: 401,
    body: { code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID', message: /^Token invalid$/ },
    challenge: 'Bearer error="invalid_token", error_description="Token invalid"'
  })
})

t.test('an issuer that cannot be reached is not reported as an invalid token', async t => {
  const issuer = await startIssuer(t)
  const token = await issuer.idToken()
  await issuer.behave('down')
  const { app, get } = await startApp(t, { issuers: [trust(issuer)] })
  const answer = await get(`Bearer ${token}`)
  t.match(answer, { status: 503, reason: 'issuer_unreachable', body: { message: 'Token invalid' } })
  t.equal(answer.challenge, undefined)
  t.match(app.tokenVerifier.metrics(), [{ issuer: issuer.issuer, fetches: 1, failedFetches: 1 }])
})

t.test('closing the app aborts a running fetch, and does not report it as a failure of the issuer', async t => {
  const issuer = await startIssuer(t)
  await issuer.behave('hanging')
  const { app, lines } = await startLoggingApp(t, { issuers: [trust(issuer)], fetchTimeoutMs: 60_000 })
  const pending = app.tokenVerifier.verify({ log: app.log } as never, await issuer.idToken())
  const refused = t.rejects(pending, { code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID', reason: 'issuer_unreachable' })
  await app.close()
  await refused
  t.notOk(lines.some(line => line.includes('could not be fetched')))
})

t.test('a failed fetch is logged with the issuer and the cause', async t => {
  const issuer = await startIssuer(t)
  await issuer.behave('error')
  const { get, lines } = await startLoggingApp(t, { issuers: [trust(issuer)] })
  await get(`Bearer ${await issuer.idToken()}`)
  t.match(lines.map(line => JSON.parse(line) as object), [{}, { level: 40, issuer: issuer.issuer, err: { message: /status 500/ }, msg: 'Could not fetch the keys of an issuer' }])
})

t.test('a clock that differs from the issuer\'s is logged once', async t => {
  const issuer = await startDocumentServer(t)
  const jwksUri = `${issuer.url}/keys`
  issuer.documents.set('/keys', { keys: [] })
  issuer.headers.date = new Date(Date.now() - 600_000).toUTCString()
  const { get, lines } = await startLoggingApp(t, { issuers: [{ id: 'main', issuer: issuer.url, clientId: 'web', jwksUri }] })
  const token = rawToken({ alg: 'RS256', kid: 'unknown' }, { iss: issuer.url, aud: 'web' })
  for (let asked = 0; asked < 2; asked++) await get(`Bearer ${token}`)
  t.strictSame(issuer.asked, ['/keys', '/keys'])
  const told = lines.map(line => JSON.parse(line) as { msg: string, level: number, issuer: string, secondsAhead: number }).filter(({ msg }) => msg.startsWith('This machine\'s clock'))
  t.match(told, [{ level: 40, issuer: issuer.url }])
  t.equal(told.length, 1)
  t.ok((told[0]?.secondsAhead ?? 0) >= 600)
})

t.test('requests never get each other\'s identity', async t => {
  const issuer = await startIssuer(t)
  const { get } = await startApp(t, { issuers: [trust(issuer)] })
  const subjects = Array.from({ length: 50 }, (_, index) => `user-${index}`)
  const tokens = await Promise.all(subjects.map(async subject => await issuer.idToken({ subject })))
  for (let round = 0; round < 2; round++) {
    const answers = await Promise.all(tokens.map(async token => await get(`Bearer ${token}`)))
    t.strictSame(answers.map(({ body }) => (body.identity as { subject: string }).subject), subjects)
  }
})

t.test('the README lists every error, and no other', async t => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const listed = [...readme.matchAll(/^\| `(TOKEN_VERIFIER_ERR_\w+)` \|/gm)].map(([, code]) => code)
  t.strictSame(listed.sort(), Object.keys(errors).sort())
  const instances: [string, { code: string }][] = Object.entries(errors).map(([name, Type]) => [name, new Type('malformed')])
  for (const [name, error] of instances) t.equal(error.code, name)
})

t.test('the quick start in the README is the example', async t => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const example = await readFile(new URL('../examples/quick-start.ts', import.meta.url), 'utf8')
  t.ok(readme.includes('```ts\n' + example + '```'))
})

t.test('the quick start runs', async t => {
  const issuer = await startIssuer(t)
  const child = spawn(process.execPath, [fileURLToPath(new URL('../dist-examples/quick-start.js', import.meta.url))], {
    env: { ...process.env, ISSUER: issuer.issuer, CLIENT_ID: issuer.clientId, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const ended = once(child, 'close')
  t.teardown(async () => {
    child.kill()
    await ended
  })
  let url = ''
  for await (const line of createInterface(child.stdout)) {
    url = /Server listening at (http:\/\/127[^"]+)/.exec(line)?.[1] ?? ''
    if (url !== '') break
  }
  child.stdout.resume()
  const authorization = `Bearer ${await issuer.idToken({ subject: 'ada' })}`
  t.strictSame(await (await fetch(url)).json(), { hello: 'guest' })
  t.strictSame(await (await fetch(url, { headers: { authorization } })).json(), { hello: 'ada@example.com' })
  t.match(await (await fetch(`${url}/me`, { headers: { authorization } })).json(), { subject: 'ada', profileId: 'company-sso' })
  t.equal((await fetch(`${url}/me`)).status, 401)
})

t.test('an app-wide hook ignores routes that read the header themselves, and only those', async t => {
  const { app, get } = await startApp(t, { issuers: [issuer] })
  app.get('/token', { config: { ownAuthorization: true } }, async request => ({ identity: request.identity, given: request.headers.authorization }))
  t.strictSame((await app.inject({ url: '/token', headers: { authorization: 'Basic d2ViOnNlY3JldA==' } })).json(), { identity: null, given: 'Basic d2ViOnNlY3JldA==' })
  t.match(await get('Basic d2ViOnNlY3JldA=='), { status: 401 })
})
