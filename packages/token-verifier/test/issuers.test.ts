import t from 'tap'
import { startApp, trust } from './helpers/app.js'
import { startIssuer } from './helpers/issuer.js'
import { readSegment, segmentsOf } from './helpers/raw-token.js'

t.test('tokens of several issuers become identities of their profiles', async t => {
  const [openid, cognito, auth0] = await Promise.all([
    startIssuer(t), startIssuer(t, { shape: 'cognito', algorithm: 'EdDSA' }), startIssuer(t, { shape: 'auth0', algorithm: 'ES384' })
  ])
  const { app, get } = await startApp(t, {
    issuers: [trust(openid, { id: 'openid' }), trust(cognito, { id: 'cognito', jwksUri: cognito.jwksUri }), trust(auth0, { id: 'auth0' })]
  })
  for (const [id, issuer] of Object.entries({ openid, cognito, auth0 })) {
    t.match((await get(`Bearer ${await issuer.idToken({ subject: id, emailVerified: false })}`)).body, {
      identity: { issuer: issuer.issuer, subject: id, email: `${id}@example.com`, emailVerified: false, profileId: id, claims: { sub: id }, expiresAt: Number }
    })
  }
  t.strictSame(app.tokenVerifier.metrics().map(({ issuer, fetches }) => [issuer, fetches]), [[openid.issuer, 1], [cognito.issuer, 1], [auth0.issuer, 1]])
  t.strictSame(cognito.requests, { discovery: 0, jwks: 1 })
})

t.test('profiles that share an issuer are told apart by their audience, and share its keys', async t => {
  const issuer = await startIssuer(t)
  const { get } = await startApp(t, { issuers: [trust(issuer, { id: 'web', clientId: 'web' }), trust(issuer, { id: 'mobile', clientId: 'mobile' })] })
  const profileOf = async (claims: object): Promise<unknown> => (await get(`Bearer ${await issuer.idToken({ claims: { ...claims } })}`)).body.identity
  t.match(await profileOf({ aud: 'web' }), { profileId: 'web' })
  t.match(await profileOf({ aud: 'mobile' }), { profileId: 'mobile' })
  t.match(await profileOf({ aud: ['web', 'mobile'], azp: 'mobile' }), { profileId: 'mobile' })
  t.equal(issuer.requests.jwks, 1)
})

t.test("a token signed by another profile's issuer never counts for this one", async t => {
  const [issuer, other] = await Promise.all([startIssuer(t), startIssuer(t)])
  const { get } = await startApp(t, { issuers: [trust(issuer, { id: 'a' }), trust(other, { id: 'b' })] })
  t.match(await get(`Bearer ${await other.idToken({ claims: { iss: issuer.issuer } })}`), { status: 401, reason: 'key_not_found' })
  const { kid } = readSegment(segmentsOf(await issuer.idToken())[0])
  t.match(await get(`Bearer ${await other.idToken({ claims: { iss: issuer.issuer }, header: { kid } })}`), { status: 401, reason: 'bad_signature' })
})

t.test('an issuer can be restricted to some algorithms', async t => {
  const issuer = await startIssuer(t)
  const { app, get } = await startApp(t, { issuers: [trust(issuer, { algorithms: ['RS256', 'EdDSA'] })] })
  const token = await issuer.idToken()
  t.match(await get(`Bearer ${token}`), { status: 401, reason: 'bad_signature' })
  app.tokenVerifier.trust([trust(issuer, { algorithms: ['ES256'] })])
  t.match(await get(`Bearer ${token}`), { status: 200 })
})

t.test('trust replaces the issuers at once, and keeps the keys of those that stay', async t => {
  const [issuer, other] = await Promise.all([startIssuer(t), startIssuer(t)])
  const { app, get } = await startApp(t)
  const token = await issuer.idToken()
  const otherToken = await other.idToken()
  t.match(await get(`Bearer ${token}`), { status: 401, reason: 'unknown_issuer' })

  app.tokenVerifier.trust([trust(issuer), trust(other, { id: 'other' })])
  t.match(await get(`Bearer ${token}`), { status: 200, body: { identity: { profileId: 'main' } } })
  t.match(await get(`Bearer ${otherToken}`), { status: 200 })

  app.tokenVerifier.trust([trust(issuer, { id: 'renamed' })])
  t.match(await get(`Bearer ${token}`), { status: 200, body: { identity: { profileId: 'renamed' } } })
  t.equal(issuer.requests.jwks, 1)
  t.match(await get(`Bearer ${otherToken}`), { status: 401, reason: 'unknown_issuer' }, 'a remembered token of a profile that is trusted no longer')

  app.tokenVerifier.trust([trust(issuer, { clientId: 'desktop' })])
  t.match(await get(`Bearer ${token}`), { status: 401, reason: 'audience_mismatch' })
})

t.test('when the location of keys changes, the keys there are used', async t => {
  const [issuer, other] = await Promise.all([startIssuer(t), startIssuer(t)])
  const { app, get } = await startApp(t, { issuers: [trust(issuer)] })
  const [token, moved] = await Promise.all([issuer.idToken(), other.idToken({ claims: { iss: issuer.issuer } })])
  t.match(await get(`Bearer ${token}`), { status: 200 })
  app.tokenVerifier.trust([trust(issuer, { jwksUri: other.jwksUri })])
  t.match(await get(`Bearer ${token}`), { status: 401, reason: 'key_not_found' })
  t.match(await get(`Bearer ${moved}`), { status: 200 })
})

t.test('an invalid call of trust changes nothing', async t => {
  const issuer = await startIssuer(t)
  const { app, get } = await startApp(t, { issuers: [trust(issuer)] })
  const token = await issuer.idToken()
  for (const mistaken of [
    [trust(issuer), trust(issuer, { id: 'twice' })],
    [trust({ issuer: 'http://id.example.com' })],
    [{ ...trust(issuer), algorithms: ['HS256'] }],
    [{ id: 'x' }],
    'main'
  ]) {
    t.throws(() => { app.tokenVerifier.trust(mistaken as never) }, { code: 'TOKEN_VERIFIER_ERR_INVALID_OPTIONS' })
  }
  t.match(await get(`Bearer ${token}`), { status: 200, body: { identity: { profileId: 'main' } } })
})

t.test('a verification that runs while trust changes uses the new issuers', async t => {
  const issuer = await startIssuer(t)
  const { app } = await startApp(t, { issuers: [trust(issuer)] })
  const request = { log: app.log } as never
  const token = await issuer.idToken()

  const refused = app.tokenVerifier.verify(request, token)
  app.tokenVerifier.trust([])
  await t.rejects(refused, { code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID', reason: 'unknown_issuer' })

  const accepted = app.tokenVerifier.verify(request, token)
  app.tokenVerifier.trust([trust(issuer, { id: 'new' })])
  await t.rejects(accepted, { code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID', reason: 'unknown_issuer' })

  app.tokenVerifier.trust([trust(issuer)])
  const renamed = app.tokenVerifier.verify(request, token)
  app.tokenVerifier.trust([trust(issuer, { id: 'renamed' })])
  t.equal((await renamed).profileId, 'renamed')
  t.equal((await app.tokenVerifier.verify(request, token)).profileId, 'renamed')
})

t.test('no request waits for an issuer that is no longer trusted', async t => {
  const issuer = await startIssuer(t)
  await issuer.behave('hanging')
  const { app } = await startApp(t, { issuers: [trust(issuer)], fetchTimeoutMs: 60_000 })
  const pending = app.tokenVerifier.verify({ log: app.log } as never, await issuer.idToken())
  app.tokenVerifier.trust([])
  await t.rejects(pending, { code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID', reason: 'unknown_issuer' })
})

t.test('a token that has been seen costs no fetch', async t => {
  const issuer = await startIssuer(t)
  const { get } = await startApp(t, { issuers: [trust(issuer)] })
  const token = await issuer.idToken()
  for (let request = 0; request < 5; request++) t.match(await get(`Bearer ${token}`), { status: 200 })
  t.strictSame(issuer.requests, { discovery: 1, jwks: 1 })
})

t.test('an issuer in the same process supplies its keys: nothing is fetched, and a new key is found', async t => {
  const issuer = await startIssuer(t)
  let asked = 0
  const published = async () => (await (await fetch(issuer.jwksUri)).json() as { keys: object[] }).keys
  let shown = await published()
  const { get } = await startApp(t, { issuers: [trust(issuer, { issuer: 'https://nowhere.example.com', keys: async () => { asked++; return shown } })] })
  const token = async () => `Bearer ${await issuer.idToken({ claims: { iss: 'https://nowhere.example.com' } })}`
  t.equal((await get(await token())).status, 200)
  const requests = { ...issuer.requests }
  t.equal((await get(await token())).status, 200)
  t.strictSame(issuer.requests, requests)
  t.equal(asked, 1)

  await issuer.rotateKey()
  shown = await published()
  t.equal((await get(await token())).status, 200)
  t.equal(asked, 2)
})

t.test('an issuer in the same process that hangs or fails counts as unreachable', async t => {
  const issuer = await startIssuer(t)
  const hangs = { ...trust(issuer), id: 'hangs', issuer: 'https://hangs.example.com', keys: async () => await new Promise<never>(() => {}) }
  const fails = { ...trust(issuer), id: 'fails', issuer: 'https://fails.example.com', keys: async () => { throw new Error('no database') } }
  const { get } = await startApp(t, { issuers: [hangs, fails], fetchTimeoutMs: 100 })
  for (const { issuer: iss } of [hangs, fails]) t.match(await get(`Bearer ${await issuer.idToken({ claims: { iss } })}`), { status: 503, reason: 'issuer_unreachable' })
})

t.test('issuers can be checked without trusting them', async t => {
  const issuer = await startIssuer(t)
  const other = await startIssuer(t)
  const { app, get } = await startApp(t, { issuers: [trust(issuer)] })
  app.tokenVerifier.check([trust(other)])
  t.match(await get(`Bearer ${await issuer.idToken()}`), { status: 200 })
  t.match(await get(`Bearer ${await other.idToken()}`), { status: 401 })
  for (const issuers of [[trust(issuer), trust(issuer, { id: 'twice' })], [trust(issuer, { issuer: 'http://example.com' })]]) {
    t.throws(() => { app.tokenVerifier.check(issuers) }, { code: 'TOKEN_VERIFIER_ERR_INVALID_OPTIONS' })
  }
})
