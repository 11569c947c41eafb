import { LRUCache } from 'lru-cache'
import type { Identity } from './identity.js'
import type { KeySet } from './key-set.js'

/** A cached token. */
export interface VerifiedToken {
  readonly identity: Identity
  /** The issuer's keys: the entry is valid only while they stay the same. */
  readonly keys: { current (): KeySet | undefined }
  readonly keySet: KeySet
}

/**
 * Caches verified tokens for a short time, so that the next request with the same token costs only a lookup. A token is
 * cached the second time it is seen. One-time tokens take no room from others, and need no clean-up, which would cost a third
 * of checking the signature.
 */
export interface VerifiedTokens {
  /** The identity of a cached token, if verifying it now would give the same result. */
  get (token: string): Identity | undefined
  /** Call it each time a token is verified. The token is cached from the second call on. */
  add (token: string, verified: VerifiedToken): void
  /** Empties the cache. */
  clear (): void
}

/** The usual size of a token. Longer ones take the room of several. */
const USUAL_TOKEN_LENGTH = 2048
/**
 * Tokens are looked up by the end of their signatures, because V8 hashes a whole string to look it up; the match is then
 * compared in full. Two verified tokens with the same end would displace each other, but nobody can create such tokens.
 */
const END_LENGTH = 43

/**
 * @param max how many tokens; the least recently used are dropped first
 * @param ttlMs how long at most; never beyond the token's `exp`
 * @param now milliseconds since 1970
 */
export function createVerifiedTokens ({ max, ttlMs, now }: { max: number, ttlMs: number, now: () => number }): VerifiedTokens {
  const tokens = new LRUCache<string, VerifiedToken & { token: string, until: number }>({
    max,
    maxSize: max * USUAL_TOKEN_LENGTH,
    sizeCalculation: ({ token }) => token.length
  })
  const seen = new SeenTokens(max)
  return {
    get (token) {
      const found = tokens.get(token.slice(-END_LENGTH))
      if (found?.token !== token) return undefined
      // If the key set changed, the token is verified again: its key may be gone.
      if (now() < found.until && found.keys.current() === found.keySet) return found.identity
      return undefined
    },
    add (token, { identity, keys, keySet }) {
      if (!seen.add(token)) return
      const until = Math.min(now() + ttlMs, identity.expiresAt * 1000)
      // The members are listed, because with a spread V8 would create a new shape for each object.
      if (until > now()) tokens.set(token.slice(-END_LENGTH), { identity, keys, keySet, token, until })
    },
    clear () { tokens.clear() }
  }
}

/** Tells whether a token was seen before, for the last `max` to 2 × `max` tokens. */
class SeenTokens {
  readonly #max: number
  #latest = new Set<number>()
  #before = new Set<number>()

  constructor (max: number) { this.#max = max }

  /** @returns whether it was seen before; rarely also `true` for a new token */
  add (token: string): boolean {
    const end = numberAtEnd(token)
    if (this.#latest.has(end)) return true
    const known = this.#before.has(end)
    this.#latest.add(end)
    if (this.#latest.size >= this.#max) {
      this.#before = this.#latest
      this.#latest = new Set()
    }
    return known
  }
}

/** The end of a signature is as good as random. 30 bits, which V8 stores without allocating. */
function numberAtEnd (token: string): number {
  let number = 0
  for (let index = token.length - 12; index < token.length; index++) number = Math.imul(number, 31) + token.charCodeAt(index) | 0
  return number >>> 2
}
