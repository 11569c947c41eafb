import { LRUCache } from 'lru-cache'
import type { Identity } from './identity.js'
import type { KeySet } from './key-set.js'

/** What is remembered of a verified token. */
export interface VerifiedToken {
  readonly identity: Identity
  /** Whose keys verified it: it is worth what they are. */
  readonly keys: { current (): KeySet | undefined }
  readonly keySet: KeySet
}

/**
 * Remembers tokens that were verified and come again, for a short time, so that the next request with one costs a lookup. One that comes once only
 * takes no room from others, and leaves nothing to be cleaned up, which would cost as much as a third of its signature.
 */
export interface VerifiedTokens {
  /** The identity of a token that would be verified with the same result now. */
  get (token: string): Identity | undefined
  /** To be told each time that it is verified: it is remembered from the second time on. */
  add (token: string, verified: VerifiedToken): void
  /** Forgets all. */
  clear (): void
}

/** A token of usual size; longer ones take the room of several. */
const USUAL_TOKEN_LENGTH = 2048
/**
 * Tokens are looked up by the end of their signatures, since V8 reads all of a text to look it up, and compared whole then. Two that are
 * verified and end alike displace each other, and nobody can make them.
 */
const END_LENGTH = 43

/**
 * @param max how many tokens; the least recently used make room for new ones
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
      // A key set that changed may lack the token's key: then it is verified again, against the new one.
      if (now() < found.until && found.keys.current() === found.keySet) return found.identity
      return undefined
    },
    add (token, { identity, keys, keySet }) {
      if (!seen.add(token)) return
      const until = Math.min(now() + ttlMs, identity.expiresAt * 1000)
      // Named one by one: V8 makes a shape for each object that something is added to after a spread.
      if (until > now()) tokens.set(token.slice(-END_LENGTH), { identity, keys, keySet, token, until })
    },
    clear () { tokens.clear() }
  }
}

/** Tells which tokens came before, of as many as that at least, and twice as many at most. */
class SeenTokens {
  readonly #max: number
  #latest = new Set<number>()
  #before = new Set<number>()

  constructor (max: number) { this.#max = max }

  /** @returns whether it came before, in rare cases also where it did not */
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

/** The end of a signature is as good as drawn by lot. In 30 bits, which V8 keeps without an object. */
function numberAtEnd (token: string): number {
  let number = 0
  for (let index = token.length - 12; index < token.length; index++) number = Math.imul(number, 31) + token.charCodeAt(index) | 0
  return number >>> 2
}
