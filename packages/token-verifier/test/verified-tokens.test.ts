import { randomBytes } from 'node:crypto'
import t from 'tap'
import type { Identity } from '../dist/index.js'
import type { KeySet } from '../dist/key-set.js'
import { createVerifiedTokens, type VerifiedTokens } from '../dist/verified-tokens.js'
import { createClock } from './helpers/clock.js'

const keySet: KeySet = { keys: [], fingerprint: 'a' }
const keys = { current: (): KeySet | undefined => keySet }
const identityUntil = (expiresAt: number): Identity =>
  ({ issuer: 'https://id.example.com', subject: 'user-1', email: 'a@example.com', emailVerified: null, profileId: 'main', claims: {}, expiresAt })
const identity = identityUntil(3600)

/** Tokens that are cached from the first time on. */
function createTokens (...options: Parameters<typeof createVerifiedTokens>): VerifiedTokens {
  const tokens = createVerifiedTokens(...options)
  return {
    ...tokens,
    add: (token, verified) => {
      tokens.add(token, verified)
      tokens.add(token, verified)
    }
  }
}

t.test('remembers a token that comes again', async t => {
  const tokens = createVerifiedTokens({ max: 10, ttlMs: 5000, now: createClock().now })
  for (const [name, remembered] of [['first', undefined], ['other', undefined], ['first', identity]] as const) {
    const token = `head.payload.signature-${name}`
    tokens.add(token, { identity, keys, keySet })
    t.equal(tokens.get(token), remembered)
  }
})

t.test('alternating tokens are all cached the second time, but not after many others', async t => {
  const tokens = createVerifiedTokens({ max: 2000, ttlMs: 5000, now: createClock().now })
  const signatures = Array.from({ length: 6000 }, () => randomBytes(256).toString('base64url'))
  const add = (signature: string): void => { tokens.add(signature, { identity, keys, keySet }) }
  const first = signatures.slice(0, 2000)
  for (let time = 0; time < 2; time++) first.forEach(add)
  t.strictSame(first.filter(signature => tokens.get(signature) === undefined), [])
  tokens.clear()
  signatures.slice(2000).forEach(add)
  first.forEach(add)
  t.ok(first.filter(signature => tokens.get(signature)).length < 10)
})

t.test('remembers a token for its time, and no longer', async t => {
  const { now, advance } = createClock()
  const tokens = createTokens({ max: 10, ttlMs: 5000, now })
  tokens.add('a', { identity, keys, keySet })
  t.equal(tokens.get('b'), undefined)
  advance(4999)
  t.equal(tokens.get('a'), identity)
  advance(1)
  t.equal(tokens.get('a'), undefined)
})

t.test('a token with the same end as a cached one is not confused with it', async t => {
  const tokens = createTokens({ max: 10, ttlMs: 5000, now: createClock().now })
  const signature = 's'.repeat(342)
  tokens.add(`head.payload.${signature}`, { identity, keys, keySet })
  t.equal(tokens.get(`head.another.${signature}`), undefined)
  t.equal(tokens.get(signature), undefined)
  t.equal(tokens.get(`head.payload.${signature}`), identity)
})

t.test('never beyond its exp', async t => {
  const { now, advance } = createClock()
  const tokens = createTokens({ max: 10, ttlMs: 5000, now })
  tokens.add('a', { identity: identityUntil(2), keys, keySet })
  tokens.add('b', { identity: identityUntil(0), keys, keySet })
  t.equal(tokens.get('b'), undefined)
  advance(1999)
  t.ok(tokens.get('a'))
  advance(1)
  t.equal(tokens.get('a'), undefined)
})

t.test('not when the keys have changed or must be fetched first', async t => {
  const tokens = createTokens({ max: 10, ttlMs: 5000, now: createClock().now })
  let current: KeySet | undefined = keySet
  tokens.add('a', { identity, keys: { current: () => current }, keySet })
  t.equal(tokens.get('a'), identity)
  current = undefined
  t.equal(tokens.get('a'), undefined)
  current = { ...keySet }
  t.equal(tokens.get('a'), undefined)
})

t.test('remembers nothing with a time of 0', async t => {
  const tokens = createTokens({ max: 10, ttlMs: 0, now: createClock().now })
  tokens.add('a', { identity, keys, keySet })
  t.equal(tokens.get('a'), undefined)
})

t.test('the least recently used make room, and long tokens take the room of several', async t => {
  const tokens = createTokens({ max: 3, ttlMs: 5000, now: createClock().now })
  const add = (...names: string[]): void => { for (const name of names) tokens.add(name, { identity, keys, keySet }) }
  add('a', 'b', 'c')
  tokens.get('a')
  add('d')
  t.strictSame(['a', 'b', 'c', 'd'].filter(name => tokens.get(name)), ['a', 'c', 'd'])
  const long = 'x'.repeat(6143)
  add(long)
  t.strictSame(['a', 'b', 'c', 'd', long].filter(name => tokens.get(name)), ['d', long])
  tokens.clear()
  t.equal(tokens.get(long), undefined)
})
