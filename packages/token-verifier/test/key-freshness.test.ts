import Fastify from 'fastify'
import t, { type Test } from 'tap'
import type { TokenVerifierOptions } from '../dist/index.js'
import { resolveOptions } from '../dist/options.js'
import { createSignatureCheck } from '../dist/signature-check.js'
import { createTokenVerifier } from '../dist/token-verifier.js'
import { trust } from './helpers/app.js'
import { createClock } from './helpers/clock.js'
import { startIssuer } from './helpers/issuer.js'

/** The whole verifier, with a clock that the test moves. */
async function open (t: Test, options: TokenVerifierOptions = {}) {
  const issuer = await startIssuer(t)
  const app = Fastify()
  const clock = createClock(1_000_000)
  const checkSignature = createSignatureCheck()
  let checks = 0
  const { verifier, close } = createTokenVerifier(resolveOptions({ issuers: [trust(issuer)], ...options }), {
    checkSignature: async (token, key) => {
      checks++
      await checkSignature(token, key)
    },
    log: app.log,
    now: Date.now,
    elapsed: clock.now
  })
  await app.ready()
  t.teardown(async () => {
    close()
    await app.close()
  })
  const verify = async (token: string): Promise<string> => (await verifier.verify({ log: app.log } as never, token)).subject
  return { issuer, clock, verify, verifier, app, signatureChecks: () => checks, metrics: () => verifier.metrics()[0] }
}

const invalid = (reason: string) => ({ code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID', reason })

t.test('the signature of a token is checked twice, whichever way it comes', async t => {
  const { issuer, verify, verifier, app, signatureChecks } = await open(t)
  const token = await issuer.idToken()
  const request = { headers: { authorization: `Bearer ${token}` }, raw: { rawHeaders: [] }, log: app.log, identity: null }
  await verifier.authenticate(request as never)
  await verify(token)
  t.equal(signatureChecks(), 2, 'one that comes once takes no room')
  await verifier.authenticate(request as never)
  await verify(token)
  t.match(request.identity, { subject: 'user-1' })
  t.equal(signatureChecks(), 2)
})

t.test('rememberMs: 0 turns the cache off, and refusals are never cached', async t => {
  const { issuer, verify, signatureChecks } = await open(t, { rememberMs: 0 })
  const token = await issuer.idToken()
  await verify(token)
  await verify(token)
  t.equal(signatureChecks(), 2)
  const forged = await issuer.forgedToken()
  for (let request = 0; request < 2; request++) await t.rejects(verify(forged), invalid('bad_signature'))
  t.equal(signatureChecks(), 4)
})

t.test('a token that was seen is refused 60 s after its key was last published', async t => {
  const { issuer, clock, verify } = await open(t)
  const token = await issuer.idToken()
  await verify(token)
  await issuer.rotateKey({ keepOld: false })
  clock.advance(59_999)
  t.equal(await verify(token), 'user-1')
  clock.advance(1)
  await t.rejects(verify(token), invalid('key_not_found'))
})

t.test('a cached token is refused as soon as its key is known to be gone', async t => {
  const { issuer, verify } = await open(t)
  const token = await issuer.idToken()
  await verify(token)
  await issuer.rotateKey({ keepOld: false })
  t.equal(await verify(await issuer.idToken({ subject: 'user-2' })), 'user-2')
  await t.rejects(verify(token), invalid('key_not_found'))
})

t.test('a key that was rotated out and is still published goes on working', async t => {
  const { issuer, clock, verify } = await open(t)
  const token = await issuer.idToken()
  await verify(token)
  await issuer.rotateKey()
  t.equal(await verify(await issuer.idToken({ subject: 'user-2' })), 'user-2')
  clock.advance(60_000)
  t.equal(await verify(token), 'user-1')
})

t.test('while the issuer is down, new and cached tokens are verified with the known keys', async t => {
  const { issuer, clock, verify, metrics } = await open(t)
  const token = await issuer.idToken()
  await verify(token)
  await issuer.behave('down')
  for (let hour = 0; hour < 24; hour++) {
    clock.advance(60 * 60_000 - 1)
    t.equal(await verify(token), 'user-1')
    t.equal(await verify(await issuer.idToken({ subject: `user-${hour}` })), `user-${hour}`)
  }
  t.ok((metrics()?.staleAnswers ?? 0) >= 48)
  clock.advance(60 * 60_000)
  await t.rejects(verify(token), { ...invalid('issuer_unreachable'), statusCode: 503 })
  await issuer.behave('well')
  clock.advance(5000)
  t.equal(await verify(token), 'user-1')
})

t.test('how long known keys go on working is an option', async t => {
  const { issuer, clock, verify } = await open(t, { maxStaleMs: 0 })
  const token = await issuer.idToken()
  await verify(token)
  await issuer.behave('down')
  clock.advance(29_999)
  t.equal(await verify(token), 'user-1')
  clock.advance(1)
  await t.rejects(verify(token), invalid('issuer_unreachable'))
})
