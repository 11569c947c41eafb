import type { TestIssuer } from '@latchkey/test-issuer'
import t, { type Test } from 'tap'
import { createKeySetFetch } from '../dist/key-set-fetch.js'
import { SigningKeys, type FoundKey } from '../dist/signing-keys.js'
import { createClock } from './helpers/clock.js'
import { startIssuer } from './helpers/issuer.js'
import { readSegment, segmentsOf } from './helpers/raw-token.js'

const day = 24 * 60 * 60_000

/** The keys of a real issuer, with a clock that the test moves. */
async function open (t: Test, { timeoutMs = 60_000, maxStaleMs = day, fetchTakesMs = 0 } = {}) {
  const issuer = await startIssuer(t)
  const clock = createClock(1_000_000)
  const failures: unknown[] = []
  const { issuer: url, jwksUri } = issuer
  const patience = { timeoutMs }
  const fetchKeySet = createKeySetFetch({ issuer: url, keysAt: jwksUri, now: clock.now })
  const keys = new SigningKeys({
    fetchKeySet: async signal => {
      const answer = await fetchKeySet(signal)
      clock.advance(fetchTakesMs)
      return answer
    },
    get timeoutMs () { return patience.timeoutMs },
    maxStaleMs,
    now: clock.now,
    onFailure: error => { failures.push(error) }
  })
  t.teardown(() => { keys.close() })
  const kid = await kidOf(issuer)
  const find = async (id: string | undefined = kid): Promise<FoundKey> => await keys.find(id, 'ES256')
  return { issuer, keys, clock, failures, patience, kid, find }
}

async function kidOf (issuer: TestIssuer): Promise<string> {
  return readSegment(segmentsOf(await issuer.idToken())[0]).kid as string
}

/** Waits for background work. */
async function until (condition: () => boolean): Promise<void> {
  const end = Date.now() + 60_000
  while (!condition()) {
    if (Date.now() > end) throw new Error('It does not come')
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

const notFound = { code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID', reason: 'key_not_found', statusCode: 401 }
const unreachable = { code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID', reason: 'issuer_unreachable', statusCode: 503 }
const badSignature = { code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID', reason: 'bad_signature' }

t.test('one fetch serves any number of waiting requests', async t => {
  const { issuer, keys, find } = await open(t)
  await Promise.all(Array.from({ length: 100 }, async () => await find()))
  t.equal(issuer.requests.jwks, 1)
  t.strictSame(keys.metrics, { fetches: 1, failedFetches: 0, staleAnswers: 0, refusedRefetches: 0 })
})

t.test('one fetch serves all requests for unknown keys, and one more those that arrived after it started', async t => {
  const { issuer, keys, find } = await open(t)
  await find()
  const results = await Promise.allSettled(Array.from({ length: 100 }, async (_, request) => await find(`invented-${request}`)))
  t.ok(results.every(({ status }) => status === 'rejected'))
  t.strictSame(keys.metrics, { fetches: 3, failedFetches: 0, staleAnswers: 0, refusedRefetches: 0 })
  t.equal(issuer.requests.jwks, 3)
})

t.test('an unknown key in the very first request causes one fetch', async t => {
  const { issuer, find } = await open(t)
  await t.rejects(find('invented'), notFound)
  t.equal(issuer.requests.jwks, 1)
})

t.test('known keys are used without asking again', async t => {
  const { issuer, clock, find, keys } = await open(t)
  const { keySet } = await find()
  clock.advance(29_999)
  t.equal(keys.current(), keySet)
  await find()
  t.equal(issuer.requests.jwks, 1)
})

t.test('a key of another algorithm is a bad signature, and no reason to ask again', async t => {
  const { issuer, keys, find, kid } = await open(t)
  await find()
  await t.rejects(keys.find(kid, 'RS256'), badSignature)
  t.equal(issuer.requests.jwks, 1)
})

t.test('after 30 s the keys are refreshed in the background', async t => {
  const { issuer, clock, find, keys } = await open(t)
  const { keySet } = await find()
  clock.advance(30_000)
  await issuer.behave('hanging')
  t.equal(keys.current(), keySet)
  t.equal((await find()).keySet, keySet)
  await until(() => issuer.requests.jwks === 2)
})

t.test('the key set object changes only with the keys', async t => {
  const { issuer, clock, find } = await open(t)
  const { keySet } = await find()
  clock.advance(60_000)
  t.equal((await find()).keySet, keySet)
  t.equal(issuer.requests.jwks, 2)
  await issuer.rotateKey()
  clock.advance(60_000)
  t.not((await find()).keySet, keySet)
})

t.test('a key that the issuer withdrew is refused 60 s after it was last seen', async t => {
  const { issuer, clock, find, keys } = await open(t)
  await find()
  await issuer.rotateKey({ keepOld: false })
  clock.advance(60_000)
  t.equal(keys.current(), undefined, 'nobody uses the old keys without asking')
  await t.rejects(find(), notFound)
})

t.test('the age of keys counts from the start of the fetch', async t => {
  const { clock, keys, find } = await open(t, { fetchTakesMs: 4000 })
  const { keySet } = await find()
  clock.advance(25_999)
  t.equal(keys.current(), keySet)
  t.equal(keys.metrics.fetches, 1)
  clock.advance(1)
  keys.current()
  t.equal(keys.metrics.fetches, 2)
})

t.test('a hanging issuer is given up after the timeout', async t => {
  const { issuer, find, failures } = await open(t, { timeoutMs: 100 })
  await issuer.behave('hanging')
  await t.rejects(find(), unreachable)
  t.match(failures, [{ message: 'No answer within 100 ms' }])
})

t.test('after failures there is no fetch for one second, then two, four, five', async t => {
  const { issuer, clock, find, failures } = await open(t)
  await issuer.behave('error')
  for (const [attempt, backoff] of [1000, 2000, 4000, 5000, 5000].entries()) {
    await t.rejects(find(), unreachable)
    t.equal(issuer.requests.jwks, attempt + 1)
    clock.advance(backoff - 1)
    await t.rejects(find(), unreachable, 'refused at once')
    t.equal(issuer.requests.jwks, attempt + 1)
    clock.advance(1)
  }
  t.equal(failures.length, 5)
  await issuer.behave('well')
  t.ok((await find()).key)
  await issuer.behave('error')
  clock.advance(60_000)
  await find()
  clock.advance(1000)
  await find()
  await until(() => failures.length === 7)
  t.equal(failures.length, 7, 'a success begins the count anew')
})

for (const behavior of ['down', 'error', 'garbage', 'huge', 'redirect'] as const) {
  t.test(`known keys go on working while the issuer is ${behavior}`, async t => {
    const { issuer, clock, find, keys, failures } = await open(t)
    const { keySet } = await find()
    await issuer.behave(behavior)
    clock.advance(60_000)
    t.equal((await find()).keySet, keySet, 'the first waits for the issuer to fail')
    t.equal(failures.length, 1)
    t.equal(keys.current(), keySet, 'the next do not')
    t.equal(keys.metrics.staleAnswers, 2)
    await t.rejects(find('invented'), unreachable, 'a key that may exist')
    await issuer.behave('well')
    clock.advance(5000)
    await find()
    await until(() => keys.metrics.fetches === 3)
    await t.rejects(find('invented'), notFound)
  })
}

t.test('within a minute of a failure, no request waits for a hanging issuer', async t => {
  const { issuer, clock, find, keys, failures, patience } = await open(t)
  const { keySet } = await find()
  await issuer.behave('hanging')
  patience.timeoutMs = 200
  clock.advance(30_000)
  await find()
  await until(() => failures.length === 1)
  for (let age = 31_000; age <= 300_000; age += 10_000) {
    clock.advance(10_000)
    const { fetches } = keys.metrics
    t.equal(keys.current(), keySet)
    t.equal(keys.metrics.fetches, fetches + 1, 'tried again in the background')
    await until(() => failures.length === keys.metrics.fetches - 1)
  }
})

t.test('after a minute without asking, an issuer that failed is asked before its keys are used', async t => {
  const { issuer, clock, find, keys } = await open(t)
  await find()
  await issuer.behave('down')
  clock.advance(60_000)
  await find()
  await issuer.rotateKey({ keepOld: false })
  await issuer.behave('well')
  clock.advance(60_000)
  t.equal(keys.current(), undefined)
  await t.rejects(find(), notFound)
})

t.test('known keys stop working after maxStaleMs', async t => {
  const { issuer, clock, find, keys } = await open(t, { maxStaleMs: 90_000 })
  const { keySet } = await find()
  await issuer.behave('down')
  clock.advance(89_999)
  t.equal((await find()).keySet, keySet)
  clock.advance(1)
  t.equal(keys.current(), undefined)
  await t.rejects(find(), unreachable)
  await issuer.behave('well')
  clock.advance(1000)
  t.ok((await find()).key)
})

t.test('a new key is found at once, by one fetch for all that wait for it', async t => {
  const { issuer, find } = await open(t)
  await find()
  const kid = await issuer.rotateKey()
  await Promise.all(Array.from({ length: 100 }, async () => await find(kid)))
  t.equal(issuer.requests.jwks, 2)
})

t.test('a new key is found even if a running fetch does not contain it', async t => {
  const { issuer, clock, find, keys } = await open(t)
  await find()
  clock.advance(30_000)
  // This answer is created before the key is published, and arrives after the key was asked for.
  keys.current()
  await until(() => issuer.requests.jwks === 2)
  const kid = await issuer.rotateKey()
  t.equal((await find(kid)).key.kid, kid)
})

t.test('invented key ids cannot load the issuer: three fetches, then one in five seconds', async t => {
  const { issuer, clock, find, keys } = await open(t)
  await find()
  for (let request = 0; request < 50; request++) await t.rejects(find(`invented-${request}`), notFound)
  t.equal(issuer.requests.jwks, 4)
  t.equal(keys.metrics.refusedRefetches, 47)
  for (let second = 0; second < 20; second++) {
    clock.advance(1000)
    for (let request = 0; request < 10; request++) await t.rejects(find(`invented-${second}-${request}`), notFound)
  }
  t.equal(issuer.requests.jwks, 8)
})

t.test('a key that is published during a flood of invented ones is accepted within ten seconds', async t => {
  const { issuer, clock, find } = await open(t)
  await find()
  const flood = async (): Promise<void> => {
    await Promise.allSettled(Array.from({ length: 200 }, async (_, request) => await find(`invented-${request}`)))
  }
  for (let second = 0; second < 7; second++) {
    await flood()
    clock.advance(1000)
  }
  const kid = await issuer.rotateKey()
  let seconds = 0
  for (; seconds < 10; seconds++) {
    await flood()
    if (await find(kid).then(() => true, () => false)) break
    clock.advance(1000)
  }
  t.ok(seconds < 10, `after ${seconds} s`)
})

t.test('an unknown key is accepted as soon as it is published', async t => {
  const { issuer, find } = await open(t)
  await t.rejects(find('invented'), notFound)
  const kid = await issuer.rotateKey()
  t.equal((await find(kid)).key.kid, kid)
})

t.test('while the issuer fails, the backoff also applies to unknown keys', async t => {
  const { issuer, clock, find, keys } = await open(t)
  await find()
  await issuer.behave('error')
  await t.rejects(find('invented'), unreachable)
  for (let request = 0; request < 20; request++) await t.rejects(find('invented'), unreachable)
  t.equal(issuer.requests.jwks, 2)
  t.equal(keys.metrics.refusedRefetches, 20)
  await issuer.behave('well')
  clock.advance(1000)
  await t.rejects(find('invented'), notFound)
})
