/**
 * Keeps the keys of one issuer fresh. It guarantees all of these:
 * - one fetch serves any number of waiting requests, and every fetch has a hard timeout
 * - invented key IDs neither overload the issuer nor delay a new key
 * - known keys keep working while the issuer is down or sends garbage
 * - a withdrawn key is refused within a minute
 * - no failure is remembered for longer than a few seconds
 */
import { TOKEN_VERIFIER_ERR_TOKEN_INVALID } from './errors.js'
import { findKey, readKeySet, type KeySet, type SigningKey } from './key-set.js'
import type { KeySetFetch } from './key-set-fetch.js'
import { createTokenBucket } from './token-bucket.js'

/** Keys older than this are refreshed in the background when they are used. */
const SOFT_AGE_MS = 30_000
/** Keys older than this are refreshed before they are used, unless a fetch has just failed. */
const HARD_AGE_MS = 60_000
/** The pause after a failed fetch: at first, and at most. */
const FIRST_BACKOFF_MS = 1000
const MAX_BACKOFF_MS = 5000
/** How often unknown key IDs may trigger a fetch: a new key is found within 5 s plus the fetch itself. */
const REFETCHES = { capacity: 3, refillMs: 5000 }

export interface SigningKeysOptions {
  readonly fetchKeySet: KeySetFetch
  /** For a whole fetch, including discovery and response bodies. */
  readonly timeoutMs: number
  /** How long keys may be used without the issuer confirming them. */
  readonly maxStaleMs: number
  /** A monotonic clock in milliseconds. */
  readonly now: () => number
  /** Called for each failed fetch. */
  readonly onFailure: (error: unknown) => void
}

export interface SigningKeysMetrics {
  readonly fetches: number
  readonly failedFetches: number
  readonly staleAnswers: number
  readonly refusedRefetches: number
}

/** A key and the key set that contains it. */
export interface FoundKey { readonly key: SigningKey, readonly keySet: KeySet }

export class SigningKeys {
  readonly #options: SigningKeysOptions
  readonly #refetches
  #keySet: KeySet | undefined
  /** When the fetch of the key set started. */
  #asOf = 0
  /** Failed fetches since the last successful one. */
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
   * The key set, if it can be used now without waiting. The same object as long as the keys stay the same.
   * Starts a background refresh if one is due.
   *
   * @returns `undefined` if the issuer must be asked first
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
    // The last fetch failed recently: don't make this request wait for another failure; retry in the background.
    if (now - this.#failedAt < HARD_AGE_MS) {
      this.#refreshInBackground()
      this.#metrics.staleAnswers++
      return this.#keySet
    }
    return undefined
  }

  /**
   * Finds the key that verifies a token.
   *
   * @throws TOKEN_VERIFIER_ERR_TOKEN_INVALID: key_not_found; bad_signature for a key of another algorithm;
   *   issuer_unreachable if the key may exist but the issuer does not answer
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

  /** Aborts a running fetch. */
  close (): void {
    this.#abort?.abort(new Error('The app is closing, or the issuer is no longer trusted'))
  }

  async #load (): Promise<KeySet> {
    if (this.#inFlight === undefined && this.#isBackingOff()) throw this.#unreachable()
    await (this.#inFlight ?? this.#fetch())
    const keySet = this.current()
    if (keySet === undefined) throw this.#unreachable()
    return keySet
  }

  /**
   * Fetches the key set again to look for a missing key.
   *
   * @param begun how many fetches had started when the token arrived. A fetch that starts later is current enough
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

  /** Never rejects; the fields hold the outcome. */
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
