import { createHmac, createPublicKey, verify, type JsonWebKey } from 'node:crypto'
import buildGetJwks from 'get-jwks'
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, type JWK } from 'jose'
import t, { type Test } from 'tap'
import { startTestIssuer, type Algorithm, type IssuerOptions, type TestIssuer, type TokenShape } from '../dist/index.js'

const algorithms: Algorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']
const shapes: TokenShape[] = ['openid', 'cognito', 'auth0']

async function start (t: Test, options?: IssuerOptions): Promise<TestIssuer> {
  const issuer = await startTestIssuer(options)
  t.teardown(() => issuer.close())
  return issuer
}

async function discover ({ issuer }: TestIssuer): Promise<Record<string, unknown>> {
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  return await response.json() as Record<string, unknown>
}

const keysOf = ({ jwksUri }: TestIssuer) => createRemoteJWKSet(new URL(jwksUri))

async function publishedKey ({ jwksUri }: TestIssuer): Promise<JsonWebKey & JWK> {
  const { keys: [key] } = await (await fetch(jwksUri)).json() as { keys: [JsonWebKey & JWK] }
  return key
}

for (const algorithm of algorithms) {
  t.test(`${algorithm}: an ID token verifies with the published key`, async t => {
    const issuer = await start(t, { algorithm })
    const { protectedHeader } = await jwtVerify(await issuer.idToken(), keysOf(issuer), { algorithms: [algorithm], audience: 'web' })
    t.equal(protectedHeader.alg, algorithm)
    t.strictSame((await discover(issuer)).id_token_signing_alg_values_supported, [algorithm])
  })
}

for (const shape of shapes) {
  t.test(`${shape}: discovery leads to the keys of the issuer's tokens`, async t => {
    const issuer = await start(t, { shape, clientId: 'mobile' })
    const document = await discover(issuer)
    t.equal(document.issuer, issuer.issuer)
    t.equal(document.jwks_uri, issuer.jwksUri)
    const keys = createRemoteJWKSet(new URL(document.jwks_uri as string))
    for (const token of [await issuer.idToken(), await issuer.accessToken()]) {
      t.ok(await jwtVerify(token, keys, { issuer: issuer.issuer }))
    }
    await t.resolves(jwtVerify(await issuer.idToken(), keys, { audience: 'mobile' }))
  })

  t.test(`${shape}: get-jwks finds the key, by discovery and without`, async t => {
    const issuer = await start(t, { shape })
    const { alg, kid } = decodeProtectedHeader(await issuer.idToken()) as { alg: string, kid: string }
    for (const providerDiscovery of [true, false]) {
      const getJwks = buildGetJwks({ providerDiscovery, issuersWhitelist: [issuer.issuer] })
      t.match(await getJwks.getPublicKey({ domain: issuer.issuer, alg, kid }), /BEGIN PUBLIC KEY/)
    }
  })

  t.test(`${shape}: the key set shows no private part`, async t => {
    const issuer = await start(t, { shape })
    const { keys } = await (await fetch(issuer.jwksUri)).json() as { keys: object[] }
    t.strictSame(keys.map(key => Object.keys(key).sort()), [['alg', 'e', 'kid', 'kty', 'n', 'use']])
  })
}

t.test('openid: the issuer is the origin, and the tokens follow OpenID Connect and RFC 9068', async t => {
  const issuer = await start(t)
  t.match(issuer.issuer, /^http:\/\/127\.0\.0\.1:\d+$/)
  const id = await issuer.idToken()
  t.match(decodeProtectedHeader(id), { alg: 'RS256', typ: 'JWT', kid: String })
  t.match(decodeJwt(id), { iss: issuer.issuer, sub: 'user-1', aud: 'web', email: 'user-1@example.com', email_verified: true })
  const access = await issuer.accessToken()
  t.match(decodeProtectedHeader(access), { typ: 'at+jwt' })
  t.match(decodeJwt(access), { sub: 'user-1', aud: 'https://api.example.com', client_id: 'web', scope: String, jti: String })
  t.notHas(decodeJwt(access), { email: String })
})

t.test('cognito: the issuer has the pool as its path, and token_use tells the tokens apart', async t => {
  const issuer = await start(t, { shape: 'cognito' })
  t.match(issuer.issuer, /^http:\/\/127\.0\.0\.1:\d+\/eu-west-1_TestPool$/)
  t.equal(issuer.jwksUri, `${issuer.issuer}/.well-known/jwks.json`)
  const id = decodeJwt(await issuer.idToken())
  t.match(id, { aud: 'web', token_use: 'id', 'cognito:username': 'user-1', auth_time: Number, event_id: String, email: 'user-1@example.com' })
  const access = decodeJwt(await issuer.accessToken())
  t.match(access, { client_id: 'web', token_use: 'access', username: 'user-1' })
  t.notOk('aud' in access)
  t.notOk('email' in access)
})

t.test('auth0: the issuer ends with a slash, and the access token is for the API', async t => {
  const issuer = await start(t, { shape: 'auth0' })
  t.match(issuer.issuer, /^http:\/\/127\.0\.0\.1:\d+\/$/)
  t.match(decodeJwt(await issuer.idToken()), { aud: 'web', email: 'user-1@example.com' })
  const access = await issuer.accessToken()
  t.match(decodeProtectedHeader(access), { typ: 'at+jwt' })
  t.match(decodeJwt(access), { aud: ['https://api.example.com', `${issuer.issuer}userinfo`], azp: 'web', scope: String })
})

t.test('subject, email, email_verified and lifetime can be set', async t => {
  const issuer = await start(t)
  const now = Math.floor(Date.now() / 1000)
  const claims = decodeJwt(await issuer.idToken({ subject: 'ada', emailVerified: false, expiresIn: 60 }))
  t.match(claims, { sub: 'ada', email: 'ada@example.com', email_verified: false })
  t.ok(claims.iat! >= now && claims.iat! <= Date.now() / 1000)
  t.equal(claims.exp! - claims.iat!, 60)
  t.match(decodeJwt(await issuer.idToken({ subject: 'ada', email: 'ada@lovelace.example' })), { email: 'ada@lovelace.example' })

  const expired = decodeJwt(await issuer.idToken({ expiresIn: -60 }))
  t.ok(expired.exp! < now)
  t.ok(expired.iat! < expired.exp!)
  await t.rejects(jwtVerify(await issuer.idToken({ expiresIn: -60 }), keysOf(issuer)), { code: 'ERR_JWT_EXPIRED' })
})

t.test('claims and header parameters can be replaced and left out, in every type of token', async t => {
  const issuer = await start(t)
  const options = { claims: { email: undefined, exp: 'never', nonce: 'n' }, header: { typ: undefined, kid: 'other', crit: ['unknown'] } }
  for (const token of [await issuer.idToken(options), await issuer.accessToken(options), await issuer.forgedToken(options)]) {
    const [header, claims] = token.split('.').map(part => Buffer.from(part, 'base64url').toString()).slice(0, 2).map(part => JSON.parse(part))
    t.strictSame(header, { alg: 'RS256', kid: 'other', crit: ['unknown'] })
    t.match(claims, { exp: 'never', nonce: 'n', sub: 'user-1' })
    t.notOk('email' in claims)
  }
})

t.test('alg: none leaves the signature empty', async t => {
  const issuer = await start(t)
  const token = await issuer.idToken({ header: { alg: 'none' } })
  t.match(token, /^[\w-]+\.[\w-]+\.$/)
})

t.test('alg: HS256 signs with the public key as the secret', async t => {
  const issuer = await start(t)
  const pem = createPublicKey({ key: await publishedKey(issuer), format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  const [header, claims, signature] = (await issuer.idToken({ header: { alg: 'HS256' } })).split('.')
  t.equal(signature, createHmac('sha256', pem).update(`${header}.${claims}`).digest('base64url'))
})

t.test("another algorithm for the key's type signs with the key", async t => {
  const issuer = await start(t)
  // The published key says RS256, so a verifier that checks this refuses PS512 although the signature is right.
  const token = await issuer.idToken({ header: { alg: 'PS512' } })
  await t.rejects(jwtVerify(token, keysOf(issuer)), { code: 'ERR_JWKS_NO_MATCHING_KEY' })
  await t.resolves(jwtVerify(token, { ...await publishedKey(issuer), alg: 'PS512' }))
})

for (const [algorithm, hash, alg] of [
  ['RS256', 'sha256', 'ES256'],
  ['EdDSA', null, 'RS256'],
  ['RS256', 'sha256', 'unheard-of'],
  ['RS256', 'sha256', undefined]
] as const) {
  t.test(`alg: ${alg} is written, and the key signs with ${algorithm}`, async t => {
    const issuer = await start(t, { algorithm })
    const token = await issuer.idToken({ header: { alg } })
    const [header, claims, signature] = token.split('.') as [string, string, string]
    t.equal(JSON.parse(Buffer.from(header, 'base64url').toString()).alg, alg)
    const key = createPublicKey({ key: await publishedKey(issuer), format: 'jwk' })
    t.ok(verify(hash, Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url')))
  })
}

t.test('a forged token names the current key and does not verify with it', async t => {
  const issuer = await start(t)
  const forged = await issuer.forgedToken()
  t.equal(decodeProtectedHeader(forged).kid, decodeProtectedHeader(await issuer.idToken()).kid)
  await t.rejects(jwtVerify(forged, keysOf(issuer)), { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' })

  await issuer.rotateKey({ algorithm: 'ES256' })
  const next = await issuer.forgedToken()
  t.match(decodeProtectedHeader(next), { alg: 'ES256', kid: decodeProtectedHeader(await issuer.idToken()).kid })
  await t.rejects(jwtVerify(next, keysOf(issuer)), { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' })
  t.equal(Buffer.from(next.split('.')[2] as string, 'base64url').length, 64, 'the signature has the form of the new algorithm')
})

t.test('a rotated key signs and is published beside the old one', async t => {
  const issuer = await start(t)
  const old = await issuer.idToken()
  const kid = await issuer.rotateKey({ algorithm: 'EdDSA' })
  const fresh = await issuer.idToken()
  t.match(decodeProtectedHeader(fresh), { kid, alg: 'EdDSA' })
  await t.resolves(jwtVerify(old, keysOf(issuer)))
  await t.resolves(jwtVerify(fresh, keysOf(issuer)))
})

t.test('a rotated key can replace the old ones', async t => {
  const issuer = await start(t)
  const old = await issuer.idToken()
  await issuer.rotateKey({ keepOld: false })
  await t.resolves(jwtVerify(await issuer.idToken(), keysOf(issuer)))
  await t.rejects(jwtVerify(old, keysOf(issuer)), { code: 'ERR_JWKS_NO_MATCHING_KEY' })
})
