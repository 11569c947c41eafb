/**
 * The keys of one issuer, kept fresh. What it promises, all at once:
 * one fetch for any number of waiting requests; a hard timeout on every fetch; invented key ids neither load the
 * issuer nor keep a new key out; known keys go on working while the issuer is down or answers nonsense; a key that the
 * issuer withdrew is refused within a minute; and nothing negative is remembered for longer than a few seconds.
 */
import { TOKEN_VERIFIER_ERR_TOKEN_INVALID } from './errors.js'
import { findKey, readKeySet, type KeySet, type SigningKey } from './key-set.js'
import type { KeySetFetch } from './key-set-fetch.js'
import { createTokenBucket } from './token-bucket.js'

/** Older keys are refreshed in the background, when they are used. */
const SOFT_AGE_MS = 30_000
/** Older keys are refreshed before they are used, unless the issuer has not answered just now. */
const HARD_AGE_MS = 60_000
/** After a failed fetch, how long nobody tries again: the first time, and at most. */
const FIRST_BACKOFF_MS = 1000
const MAX_BACKOFF_MS = 5000
/** How often unknown key ids may have the key set fetched: a new key is found within 5 s and the fetch itself. */
const REFETCHES = { capacity: 3, refillMs: 5000 }

export interface SigningKeysOptions {
  readonly fetchKeySet: KeySetFetch
  /** For a whole fetch, discovery and bodies included. */
  readonly timeoutMs: number
  /** How long keys may be used that the issuer has not confirmed. */
  readonly maxStaleMs: number
  /** A clock in milliseconds that never goes back. */
  readonly now: () => number
  /** Told of each fetch that failed. */
  readonly onFailure: (error: unknown) => void
}

export interface SigningKeysMetrics {
  readonly fetches: number
  readonly failedFetches: number
  readonly staleAnswers: number
  readonly refusedRefetches: number
}

/** A key, and the key set that it was in. */
export interface FoundKey { readonly key: SigningKey, readonly keySet: KeySet }

export class SigningKeys {
  readonly #options: SigningKeysOptions
  readonly #refetches
  #keySet: KeySet | undefined
  /** When the fetch began that the key set came by. */
  #asOf = 0
  /** Fetches that failed since the last that did not. */
  #failures = 0
  #failedAt = -Infinity
  #lastError: unknown
  #begun = 0
  #inFlight: Promise<void> | undefined
  #abort: AbortController | undefined
  readonly #metrics = { fetches: 0, failedFetches: 0, staleAnswers: 0, refusedRefetches: 0 }

  constructor (options: SigningKeysOptions) {
    this.#options = options
    this.#refetches = createTokenBucket({ ...REFETCHES, now: options.now })
  }

  get metrics (): SigningKeysMetrics {
    return { ...this.#metrics }
  }

  /**
   * The key set as it may be used at this moment without waiting. The same object for as long as the keys are the same.
   * Starts a refresh in the background where one is due.
   *
   * @returns nothing where the issuer must be asked first
   */
  current (): KeySet | undefined {
    if (this.#keySet === undefined) return undefined
    const now = this.#options.now()
    const age = now - this.#asOf
    if (age < SOFT_AGE_MS) return this.#keySet
    if (age >= this.#options.maxStaleMs) return undefined
    if (age < HARD_AGE_MS) {
      this.#refreshInBackground()
      return this.#keySet
    }
    // Asked not long ago, it did not answer: nobody waits to see it fail again, the next try runs beside them.
    if (now - this.#failedAt < HARD_AGE_MS) {
      this.#refreshInBackground()
      this.#metrics.staleAnswers++
      return this.#keySet
    }
    return undefined
  }

  /**
   * The key that verifies a token.
   *
   * @throws TOKEN_VERIFIER_ERR_TOKEN_INVALID key_not_found; bad_signature for a key of another algorithm;
   *   issuer_unreachable where the key may exist, but the issuer does not answer
   */
  async find (kid: string | undefined, alg: string): Promise<FoundKey> {
    const begun = this.#begun
    let keySet = this.current() ?? await this.#load()
    let key = findKey(keySet, kid, alg)
    if (key === undefined) {
      keySet = await this.#askAgain(keySet, begun, updated => findKey(updated, kid, alg) !== undefined)
      key = findKey(keySet, kid, alg)
    }
    if (key === 'unsuitable') throw new TOKEN_VERIFIER_ERR_TOKEN_INVALID('bad_signature')
    if (key !== undefined) return { key, keySet }
    if (this.#failures > 0) throw this.#unreachable()
    throw new TOKEN_VERIFIER_ERR_TOKEN_INVALID('key_not_found')
  }

  /** Gives up a fetch that is under way. */
  close (): void {
    this.#abort?.abort(new Error('The app closes, or the issuer is no longer trusted'))
  }

  async #load (): Promise<KeySet> {
    if (this.#inFlight === undefined && this.#isBackingOff()) throw this.#unreachable()
    await (this.#inFlight ?? this.#fetch())
    const keySet = this.current()
    if (keySet === undefined) throw this.#unreachable()
    return keySet
  }

  /**
   * Has the key set fetched for the sake of a key that is not in it.
   *
   * @param begun how many fetches had begun when the token came: one that begins later shows what is published now
   */
  async #askAgain (keySet: KeySet, begun: number, isThere: (keySet: KeySet) => boolean): Promise<KeySet> {
    if (this.#inFlight !== undefined) {
      await this.#inFlight
      if (isThere(this.#keySet ?? keySet)) return this.#keySet ?? keySet
    }
    if (this.#inFlight !== undefined || (this.#begun === begun && this.#mayRefetch())) {
      await (this.#inFlight ?? this.#fetch())
    }
    return this.#keySet ?? keySet
  }

  #mayRefetch (): boolean {
    if (!this.#isBackingOff() && this.#refetches.take()) return true
    this.#metrics.refusedRefetches++
    return false
  }

  #refreshInBackground (): void {
    if (this.#inFlight === undefined && !this.#isBackingOff()) this.#fetch()
  }

  #isBackingOff (): boolean {
    if (this.#failures === 0) return false
    const backoff = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (this.#failures - 1))
    return this.#options.now() - this.#failedAt < backoff
  }

  /** Never rejects: what became of it is in the fields. */
  #fetch (): Promise<void> {
    this.#begun++
    this.#inFlight = this.#refresh().finally(() => { this.#inFlight = undefined })
    return this.#inFlight
  }

  async #refresh (): Promise<void> {
    const { fetchKeySet, timeoutMs, now, onFailure } = this.#options
    const asOf = now()
    const abort = this.#abort = new AbortController()
    const timer = setTimeout(() => { abort.abort(new Error(`No answer within ${timeoutMs} ms`)) }, timeoutMs)
    this.#metrics.fetches++
    try {
      const keySet = readKeySet(await fetchKeySet(abort.signal))
      if (keySet.fingerprint !== this.#keySet?.fingerprint) this.#keySet = keySet
      this.#asOf = asOf
      this.#failures = 0
    } catch (error) {
      this.#failures++
      this.#failedAt = now()
      this.#lastError = error
      this.#metrics.failedFetches++
      onFailure(error)
    } finally {
      clearTimeout(timer)
    }
  }

  #unreachable (): Error {
    return new TOKEN_VERIFIER_ERR_TOKEN_INVALID('issuer_unreachable', { cause: this.#lastError })
  }
}
