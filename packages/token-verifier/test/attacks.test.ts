/** Tokens forged without the issuer's keys, and key sets that would let them pass. */
import { constants, createHmac } from 'node:crypto'
import t from 'tap'
import { startApp, trust } from './helpers/app.js'
import { startDocumentServer } from './helpers/document-server.js'
import { ecKey, edKey, rsaKey, signed, startKeyPublisher } from './helpers/key-publisher.js'
import { rawToken, readSegment, segmentsOf } from './helpers/raw-token.js'

const rsa = rsaKey('rsa')
const ec = ecKey('ec')
const ed = edKey('ed')
const foreign = { rsa: rsaKey('rsa'), ec: ecKey('ec'), ed: edKey('ed') }
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING }

t.test('a genuine token of each kind passes', async t => {
  const issuer = await startKeyPublisher(t)
  issuer.publish(rsa.jwk, ec.jwk, ed.jwk)
  const { get } = await startApp(t, { issuers: [trust(issuer)] })
  const genuine = [
    signed({ alg: 'RS256', kid: 'rsa' }, issuer.claims(), rsa),
    signed({ alg: 'PS256', kid: 'rsa' }, issuer.claims(), rsa, pss),
    signed({ alg: 'ES256', kid: 'ec' }, issuer.claims(), ec),
    signed({ alg: 'EdDSA', kid: 'ed' }, issuer.claims(), ed)
  ]
  for (const token of genuine) t.match(await get(`Bearer ${token}`), { status: 200, body: { identity: { subject: 'user-1' } } })
})

t.test('unsigned tokens, and symmetric signatures with publicly known key material', async t => {
  const issuer = await startKeyPublisher(t)
  issuer.publish(rsa.jwk, ec.jwk, ed.jwk)
  const { get } = await startApp(t, { issuers: [trust(issuer)] })
  const genuine = signed({ alg: 'RS256', kid: 'rsa' }, issuer.claims(), rsa)

  for (const alg of ['none', 'None', 'NONE', 'nOnE', '', null, undefined, ['none'], ['RS256'], { RS256: true }, 'rs256', 'RS256 ', 'constructor']) {
    for (const signature of ['', 'x', Buffer.from(segmentsOf(genuine)[2], 'base64url')]) {
      t.match(await get(`Bearer ${rawToken({ alg, kid: 'rsa' }, issuer.claims(), signature)}`), { status: 401, reason: 'bad_signature' }, `alg ${JSON.stringify(alg)}`)
    }
  }
  for (const alg of ['RS256', 'ES256', 'EdDSA']) {
    const kid = { RS256: 'rsa', ES256: 'ec', EdDSA: 'ed' }[alg]
    t.match(await get(`Bearer ${rawToken({ alg, kid }, issuer.claims(), '')}`), { status: 401, reason: 'bad_signature' }, `${alg} without a signature`)
  }

  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string
  const secrets = [
    pem, pem.trim(), pem.replaceAll('\n', '\r\n'), rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }), rsa.publicKey.export({ type: 'spki', format: 'der' }),
    JSON.stringify(rsa.jwk), String(rsa.jwk.n), Buffer.from(String(rsa.jwk.n), 'base64url'), ''
  ]
  for (const [hash, alg] of [['sha256', 'HS256'], ['sha384', 'HS384'], ['sha512', 'HS512']] as const) {
    for (const header of [{ alg, kid: 'rsa' }, { alg }]) {
      for (const secret of secrets) {
        const input = segmentsOf(rawToken(header, issuer.claims())).slice(0, 2).join('.')
        const token = `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`
        t.match(await get(`Bearer ${token}`), { status: 401, reason: 'bad_signature' })
      }
    }
  }
})

t.test('a signature that is not over this token by this key', async t => {
  const issuer = await startKeyPublisher(t)
  issuer.publish(rsa.jwk, ec.jwk, ed.jwk)
  const { get } = await startApp(t, { issuers: [trust(issuer)] })
  const genuine = signed({ alg: 'ES256', kid: 'ec' }, issuer.claims(), ec)
  const [header, payload, signature] = segmentsOf(genuine)
  const flipped = Buffer.from(signature, 'base64url')
  flipped[10] = (flipped[10] as number) ^ 1
  const forAdmin = segmentsOf(rawToken({}, issuer.claims({ sub: 'admin' })))[1]
  const zeros = (length: number): Buffer => Buffer.alloc(length)

  const forged: [string, string][] = [
    ['another payload', `${header}.${forAdmin}.${signature}`],
    ['another header', `${segmentsOf(rawToken({ alg: 'ES256', kid: 'ec', typ: 'JWT' }, {}))[0]}.${payload}.${signature}`],
    ['a bit of the signature', `${header}.${payload}.${flipped.toString('base64url')}`],
    ['a signature that is too short', `${header}.${payload}.${Buffer.from(signature, 'base64url').subarray(0, 63).toString('base64url')}`],
    ['a signature that is too long', `${header}.${payload}.${Buffer.concat([Buffer.from(signature, 'base64url'), zeros(1)]).toString('base64url')}`],
    ['the signature of another token', `${header}.${payload}.${segmentsOf(signed({ alg: 'ES256', kid: 'ec' }, issuer.claims({ sub: 'b' }), ec))[2]}`],
    ['an ECDSA signature of zeros', rawToken({ alg: 'ES256', kid: 'ec' }, issuer.claims(), zeros(64))],
    ['an Ed25519 signature of zeros', rawToken({ alg: 'EdDSA', kid: 'ed' }, issuer.claims(), zeros(64))],
    ['an RSA signature of zeros', rawToken({ alg: 'RS256', kid: 'rsa' }, issuer.claims(), zeros(256))],
    ['an ECDSA signature in DER', signed({ alg: 'ES256', kid: 'ec' }, issuer.claims(), ec, { dsaEncoding: 'der' })],
    ['another RSA key under the id', signed({ alg: 'RS256', kid: 'rsa' }, issuer.claims(), foreign.rsa)],
    ['another EC key under the id', signed({ alg: 'ES256', kid: 'ec' }, issuer.claims(), foreign.ec)],
    ['another Ed25519 key under the id', signed({ alg: 'EdDSA', kid: 'ed' }, issuer.claims(), foreign.ed)],
    ['another RSA key without an id', signed({ alg: 'RS256' }, issuer.claims(), foreign.rsa)],
    ['PKCS #1 padding for PS256', signed({ alg: 'PS256', kid: 'rsa' }, issuer.claims(), rsa)],
    ['PSS padding for RS256', signed({ alg: 'RS256', kid: 'rsa' }, issuer.claims(), rsa, pss)],
    ['an algorithm of another type of key', signed({ alg: 'RS256', kid: 'ec' }, issuer.claims(), ec)],
    ['an algorithm of another curve', signed({ alg: 'ES384', kid: 'ec' }, issuer.claims(), ec)],
    ['the id of a key that did not sign', signed({ alg: 'ES256', kid: 'rsa' }, issuer.claims(), ec)],
    ['a forged expired token', signed({ alg: 'ES256', kid: 'ec' }, issuer.claims({ exp: 1 }), foreign.ec)]
  ]
  for (const [what, token] of forged) t.match(await get(`Bearer ${token}`), { status: 401, reason: 'bad_signature', body: { code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID' } }, what)
  t.match(await get(`Bearer ${genuine}`), { status: 200 })
  t.match(await get(`Bearer ${header}.${forAdmin}.${signature}`), { status: 401 }, 'also after the genuine one was seen')
})

t.test('keys that are not for signatures, or not for this one', async t => {
  const issuer = await startKeyPublisher(t)
  const { get } = await startApp(t, { issuers: [trust(issuer)] })
  issuer.publish(
    { ...rsa.jwk, kid: 'one algorithm', alg: 'PS256' },
    { ...ec.jwk, kid: 'encryption', use: 'enc' },
    { ...ec.jwk, kid: 'wrapping', key_ops: ['wrapKey'] },
    { ...ec.privateKey.export({ format: 'jwk' }), kid: 'private' },
    { kty: 'oct', k: Buffer.from('secret').toString('base64url'), kid: 'symmetric', alg: 'HS256' }
  )
  t.match(await get(`Bearer ${signed({ alg: 'RS256', kid: 'one algorithm' }, issuer.claims(), rsa)}`), { status: 401, reason: 'bad_signature' })
  t.match(await get(`Bearer ${signed({ alg: 'PS256', kid: 'one algorithm' }, issuer.claims(), rsa, pss)}`), { status: 200 })
  for (const kid of ['encryption', 'wrapping', 'private']) {
    t.match(await get(`Bearer ${signed({ alg: 'ES256', kid }, issuer.claims(), ec)}`), { status: 401, reason: 'key_not_found' }, kid)
  }
  const input = segmentsOf(rawToken({ alg: 'HS256', kid: 'symmetric' }, issuer.claims())).slice(0, 2).join('.')
  t.match(await get(`Bearer ${input}.${createHmac('sha256', 'secret').update(input).digest('base64url')}`), { status: 401, reason: 'bad_signature' })
})

t.test('a token without a key id is accepted when one key only suits its algorithm', async t => {
  const issuer = await startKeyPublisher(t)
  const { get } = await startApp(t, { issuers: [trust(issuer)] })
  issuer.publish(rsa.jwk, ec.jwk, foreign.ec.jwk)
  t.match(await get(`Bearer ${signed({ alg: 'RS256' }, issuer.claims(), rsa)}`), { status: 200 })
  t.match(await get(`Bearer ${signed({ alg: 'ES256' }, issuer.claims(), ec)}`), { status: 401, reason: 'key_not_found' })
})

t.test('keys and key URLs in a header are ignored', async t => {
  const issuer = await startKeyPublisher(t)
  issuer.publish(ec.jwk)
  const attacker = await startDocumentServer(t)
  attacker.documents.set('/jwks', { keys: [foreign.ec.jwk] })
  const { app, get } = await startApp(t, { issuers: [trust(issuer)] })
  const pem = foreign.ec.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  for (const more of [{ jku: `${attacker.url}/jwks` }, { x5u: `${attacker.url}/cert` }, { x5c: [pem] }, { jwk: foreign.ec.jwk }, { x5t: 'AAAA' }]) {
    for (const kid of ['ec', 'invented', `${attacker.url}/jwks`, undefined]) {
      const { status, reason } = await get(`Bearer ${signed({ alg: 'ES256', kid, ...more }, issuer.claims(), foreign.ec)}`)
      t.equal(status, 401)
      t.ok(['bad_signature', 'key_not_found'].includes(reason ?? ''), `${Object.keys(more)[0]}, ${kid}: ${reason}`)
    }
  }
  t.strictSame(attacker.asked, [])
  t.strictSame([...new Set(issuer.asked)], ['/.well-known/openid-configuration', '/jwks'])
  t.match(app.tokenVerifier.metrics(), [{ failedFetches: 0 }])
  t.match(await get(`Bearer ${signed({ alg: 'ES256', kid: 'ec', jku: `${attacker.url}/jwks` }, issuer.claims(), ec)}`), { status: 200 }, 'nor in a genuine token')
  t.strictSame(attacker.asked, [])
})

t.test('a key ID is treated only as a name', async t => {
  const issuer = await startKeyPublisher(t)
  issuer.publish(ec.jwk)
  const { get } = await startApp(t, { issuers: [trust(issuer)] })
  for (const kid of ['../../../../dev/null', 'ec\u0000', 'EC', "' or 1=1 --", '__proto__', 'constructor', '', '/.well-known/jwks.json', '*']) {
    t.match(await get(`Bearer ${signed({ alg: 'ES256', kid }, issuer.claims(), foreign.ec)}`), { status: 401, reason: 'key_not_found' }, kid)
  }
})

t.test('an unknown issuer is never asked, whatever its name', async t => {
  const issuer = await startKeyPublisher(t)
  issuer.publish(ec.jwk)
  const attacker = await startKeyPublisher(t)
  attacker.publish(foreign.ec.jwk)
  const { get } = await startApp(t, { issuers: [trust(issuer)] })
  for (const iss of [attacker.issuer, `${issuer.issuer}@${attacker.issuer.slice(7)}`, `${issuer.issuer}/../`, `${issuer.issuer}#`, `${issuer.issuer} `, issuer.issuer.toUpperCase(), [issuer.issuer]]) {
    t.match(await get(`Bearer ${signed({ alg: 'ES256', kid: 'ec' }, issuer.claims({ iss }), foreign.ec)}`), { status: 401, reason: 'unknown_issuer' }, String(iss))
  }
  t.strictSame(attacker.asked, [])
})

t.test('a genuine token in another spelling', async t => {
  const issuer = await startKeyPublisher(t)
  issuer.publish(ec.jwk)
  const { get } = await startApp(t, { issuers: [trust(issuer)] })
  const genuine = signed({ alg: 'ES256', kid: 'ec' }, issuer.claims(), ec)
  const [header, payload, signature] = segmentsOf(genuine)
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const leftOver = alphabet[alphabet.indexOf(signature.at(-1) as string) + 1]
  const spellings = [`${genuine}=`, `${header}.${payload}.${signature}==`, `${header}.${payload}.${signature.slice(0, -1)}${leftOver}`, `${genuine}.`, `${header}..${payload}.${signature}`, `${header}.${payload}.${signature.slice(0, 40)} ${signature.slice(40)}`]
  for (const token of spellings) t.match(await get(`Bearer ${token}`), { status: 401, reason: 'malformed' }, token.slice(-8))
  t.match(await get(`Bearer ${genuine}`), { status: 200 })
})

t.test('a genuine signature over something other than claims', async t => {
  const issuer = await startKeyPublisher(t)
  issuer.publish(ec.jwk)
  const { get } = await startApp(t, { issuers: [trust(issuer)] })
  const nested = signed({ alg: 'ES256', kid: 'ec', cty: 'JWT' }, issuer.claims(), ec)
  const claims = JSON.stringify(issuer.claims())
  const payloads: [string, unknown][] = [
    ['a token in a token', nested],
    ['a list of claims', `[${claims}]`],
    ['a repeated claim', claims.replace('{', '{"sub":"admin",')],
    ['a byte that is no UTF-8', Buffer.concat([Buffer.from(claims.slice(0, -1)), Buffer.from(',"a":"'), Buffer.from([0xff]), Buffer.from('"}')])]
  ]
  for (const [what, payload] of payloads) {
    t.match(await get(`Bearer ${signed({ alg: 'ES256', kid: 'ec' }, payload as object, ec)}`), { status: 401, reason: 'malformed' }, what)
  }
  t.match(await get(`Bearer ${signed({ alg: 'ES256', kid: 'ec', crit: ['b64'], b64: false }, issuer.claims(), ec)}`), { status: 401, reason: 'malformed' }, 'an unencoded payload')
  t.match(await get(`Bearer ${signed({ alg: 'ES256', kid: 'ec' }, JSON.parse(claims.replace(/"exp":\d+/, '"exp":1e999')) as object, ec)}`), { status: 401, reason: 'missing_claim' }, 'JSON has no infinity')
  const infinite = signed({ alg: 'ES256', kid: 'ec' }, claims.replace(/"exp":\d+/, '"exp":1e999') as unknown as object, ec)
  t.equal(readSegment(segmentsOf(infinite)[1]).exp, Infinity)
  t.match(await get(`Bearer ${infinite}`), { status: 401, reason: 'missing_claim' }, 'an end that never comes')
  for (const claim of ['nbf', 'iat']) {
    const far = signed({ alg: 'ES256', kid: 'ec' }, issuer.claims({ [claim]: 1e300 }), ec)
    t.match(await get(`Bearer ${far}`), { status: 401, reason: 'not_yet_valid' }, `${claim} beyond all dates`)
  }
  const past = signed({ alg: 'ES256', kid: 'ec' }, issuer.claims({ exp: -1e300 }), ec)
  t.match(await get(`Bearer ${past}`), { status: 401, body: { code: 'TOKEN_VERIFIER_ERR_TOKEN_EXPIRED' } }, 'exp before all dates')
})
