/** Any input leads to a coded error, never to an identity or a status 500. */
import fc from 'fast-check'
import t from 'tap'
import { errors } from '../dist/index.js'
import { startApp, trust } from './helpers/app.js'
import { startIssuer } from './helpers/issuer.js'
import { rawToken, segmentsOf } from './helpers/raw-token.js'

const codes = new Set(Object.keys(errors))
const segment = fc.uint8Array({ maxLength: 60 }).map(bytes => Buffer.from(bytes).toString('base64url'))
const algorithm = fc.constantFrom('RS256', 'ES256', 'PS256', 'EdDSA', 'HS256', 'none')

t.test('anything in the Authorization header is refused with a code', async t => {
  const issuer = await startIssuer(t)
  const { app } = await startApp(t, { issuers: [trust(issuer)] })
  const genuine = await issuer.idToken()
  const segments = segmentsOf(genuine)
  const claims = { iss: issuer.issuer, aud: 'web' }

  const token = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.base64String(),
    fc.tuple(segment, segment, segment).map(parts => parts.join('.')),
    // Any JSON for header and claims.
    fc.tuple(fc.json(), fc.json(), segment).map(([header, payload, signature]) => rawToken(header, payload, signature)),
    // A header and claims that pass most checks, with random additions.
    fc.tuple(algorithm, fc.dictionary(fc.constantFrom('kid', 'typ', 'crit', 'jku', 'jwk', 'b64', 'cty'), fc.jsonValue()), fc.dictionary(fc.constantFrom('iss', 'aud', 'azp', 'exp', 'nbf', 'iat', 'sub', 'email', 'token_use'), fc.jsonValue()), segment)
      .map(([alg, header, more, signature]) => rawToken({ alg, ...header }, { ...claims, ...more }, signature)),
    // The genuine one with a character changed, left out or added.
    fc.tuple(fc.nat(genuine.length - 1), fc.string({ maxLength: 2 })).filter(([at, text]) => text !== genuine[at] && text !== '').map(([at, text]) => genuine.slice(0, at) + text + genuine.slice(at + 1)),
    // The genuine one's parts in another order.
    fc.shuffledSubarray(segments, { minLength: 1 }).map(parts => parts.join('.')).filter(text => text !== genuine)
  )

  const counts = new Map<unknown, number>()
  await fc.assert(fc.asyncProperty(token, async token => {
    const request = { headers: { authorization: `Bearer ${token}` }, raw: { rawHeaders: [] }, log: app.log, identity: null }
    const error: unknown = await app.tokenVerifier.authenticate(request as never).then(() => undefined, error => error)
    const { code, statusCode, message, reason } = error as { code: string, statusCode: number, message: string, reason: string }
    counts.set(reason, (counts.get(reason) ?? 0) + 1)
    return request.identity === null && codes.has(code) && statusCode === 401 && ['Token invalid', 'Token expired'].includes(message)
  }), { numRuns: 800 })
  t.ok(counts.size >= 4, [...counts].join(' '))
  t.match(await app.tokenVerifier.verify({ log: app.log } as never, genuine), { subject: 'user-1' })
})

t.test('claims of any form, signed by the issuer, lead to an identity or a coded error', async t => {
  const issuer = await startIssuer(t, { algorithm: 'EdDSA' })
  const { app } = await startApp(t, { issuers: [trust(issuer)] })
  const value = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.double(), fc.integer())
  const claims = fc.dictionary(fc.constantFrom('exp', 'nbf', 'iat', 'sub', 'email', 'email_verified', 'aud', 'azp', 'token_use', '__proto__', 'constructor'), value, { maxKeys: 3 })

  await fc.assert(fc.asyncProperty(claims, async claims => {
    const token = await issuer.idToken({ claims })
    const result: unknown = await app.tokenVerifier.verify({ log: app.log } as never, token).catch((error: unknown) => error)
    if (result instanceof Error) return codes.has((result as { code?: string }).code ?? '')
    const { subject, email, emailVerified, expiresAt } = result as { subject: unknown, email: unknown, emailVerified: unknown, expiresAt: unknown }
    return typeof subject === 'string' && subject !== '' && typeof email === 'string' && email !== '' &&
      (emailVerified === null || typeof emailVerified === 'boolean') && Number.isFinite(expiresAt)
  }), { numRuns: 300 })
  t.pass('no other error')
})
