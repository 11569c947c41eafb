import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import { bearerToken } from './bearer-token.js'
import { checkTokenUse, readIdentity } from './claims.js'
import { createClockCheck } from './clock-check.js'
import { TOKEN_VERIFIER_ERR_TOKEN_INVALID, TOKEN_VERIFIER_ERR_TOKEN_MISSING, type InvalidReason } from './errors.js'
import type { Identity, TrustedIssuer } from './identity.js'
import { createKeySetFetch } from './key-set-fetch.js'
import { resolveIssuers, type ResolvedOptions } from './options.js'
import { parseToken } from './parse-token.js'
import type { SignatureCheck } from './signature-check.js'
import { SigningKeys } from './signing-keys.js'
import { translateError } from './translate-error.js'
import { createTrustedIssuers, hintOnAudience, selectByAudience, type KeyLocation, type ResolvedIssuer, type TrustedIssuers } from './trusted-issuers.js'
import { createVerifiedTokens } from './verified-tokens.js'

/** The decorator `fastify.tokenVerifier`. */
export interface TokenVerifier {
  /**
   * A hook that sets `request.identity` from the bearer token. Leaves it `null` if the request has no `Authorization`
   * header, or if the route reads that header itself (`config.ownAuthorization`). Register it where tokens count:
   * `app.addHook('onRequest', app.tokenVerifier.authenticate)`.
   *
   * @throws TOKEN_VERIFIER_ERR_TOKEN_EXPIRED (401), TOKEN_VERIFIER_ERR_TOKEN_INVALID (401, or 503 if the issuer cannot be reached), with `reason`
   */
  authenticate (request: FastifyRequest): Promise<void>

  /**
   * Sets `request.identity` like `authenticate`, but ignores `ownAuthorization`. For code that avoids unnecessary waiting.
   *
   * @returns `undefined` if it is done: the token is cached, or there is none. Otherwise rejects with what `authenticate` throws
   */
  identify (request: FastifyRequest): Promise<void> | undefined

  /** A hook like `authenticate` that also refuses a request without a token. @throws TOKEN_VERIFIER_ERR_TOKEN_MISSING (401) */
  requireIdentity (request: FastifyRequest): Promise<void>

  /**
   * Verifies a token that arrived other than in the `Authorization` header, for example in a WebSocket's
   * `connection_init`.
   */
  verify (request: Pick<FastifyRequest, 'log'>, token: string): Promise<Identity>

  /**
   * Replaces all trusted issuers at once. Keys of issuers that stay are kept.
   *
   * @throws TOKEN_VERIFIER_ERR_INVALID_OPTIONS if an issuer is not an https URL, or two entries share an id, or an issuer and an audience
   */
  trust (issuers: readonly TrustedIssuer[]): void

  /** Checks whether `trust` would accept these, and changes nothing. @throws what `trust` throws */
  check (issuers: readonly TrustedIssuer[]): void

  /** Counters since the start, per issuer. */
  metrics (): readonly IssuerMetrics[]
}

export interface IssuerMetrics {
  readonly issuer: string
  /** Fetches of the issuer's key set, including failed ones. */
  readonly fetches: number
  readonly failedFetches: number
  /** Tokens verified with keys that are past their usual age, because the issuer did not answer. */
  readonly staleAnswers: number
  /** Fetches for unknown key IDs that the rate limit refused. */
  readonly refusedRefetches: number
}

interface IssuerKeys { readonly keys: SigningKeys, readonly keysAt: KeyLocation }

/** Clocks in milliseconds: `elapsed` is monotonic, for the age of keys; `now` is the wall clock, for claims. */
export interface Clocks {
  readonly now: () => number
  readonly elapsed: () => number
}

export interface Dependencies extends Clocks {
  readonly checkSignature: SignatureCheck
  readonly log: FastifyBaseLogger
}

/** Creates `fastify.tokenVerifier` and the function that closes it. */
export function createTokenVerifier (options: ResolvedOptions, { checkSignature, log, now, elapsed }: Dependencies): { verifier: TokenVerifier, close: () => void } {
  let trusted: TrustedIssuers = createTrustedIssuers([])
  let issuerKeys: ReadonlyMap<string, IssuerKeys> = new Map()
  let closed = false
  const remembered = createVerifiedTokens({ max: options.maxRememberedTokens, ttlMs: options.rememberMs, now })

  function openKeys (issuer: string, keysAt: KeyLocation): IssuerKeys {
    const onFailure = (error: unknown): void => {
      if (!closed) log.warn({ issuer, err: error }, 'Could not fetch the keys of an issuer')
    }
    const onDifference = (aheadMs: number): void => {
      log.warn({ issuer, secondsAhead: Math.round(aheadMs / 1000) }, "This machine's clock differs from an issuer's, so valid tokens can look expired or not yet valid. Correct the clock (NTP)")
    }
    const { fetchTimeoutMs: timeoutMs, maxStaleMs, clockToleranceMs: toleranceMs } = options
    const fetchKeySet = createKeySetFetch({ issuer, keysAt, now: elapsed, onAnswer: createClockCheck({ toleranceMs, now, onDifference }) })
    return { keysAt, keys: new SigningKeys({ fetchKeySet, timeoutMs, maxStaleMs, now: elapsed, onFailure }) }
  }

  function trust (entries: readonly TrustedIssuer[]): void {
    const next = createTrustedIssuers(resolveIssuers(entries))
    const before = issuerKeys
    issuerKeys = new Map([...next.keySources].map(([issuer, keysAt]) => {
      const known = before.get(issuer)
      return [issuer, known !== undefined && known.keysAt === keysAt ? known : openKeys(issuer, keysAt)]
    }))
    trusted = next
    remembered.clear()
    for (const [issuer, old] of before) if (issuerKeys.get(issuer) !== old) old.keys.close()
  }

  async function verify (request: Pick<FastifyRequest, 'log'>, token: string): Promise<Identity> {
    // JavaScript callers may pass something else than a string: parseToken refuses it like any invalid token.
    const known = typeof token === 'string' ? remembered.get(token) : undefined
    return known ?? await verifyAnew(token, request.log)
  }

  async function verifyAnew (token: string, log: FastifyBaseLogger): Promise<Identity> {
    const goneBy = trusted
    let entries: readonly ResolvedIssuer[] = []
    try {
      const { header, payload } = parseToken(token)
      entries = goneBy.of(payload.iss)
      checkTokenUse(header, payload)
      const issuer = selectByAudience(entries, payload)
      entries = [issuer]
      const { keys } = issuerKeys.get(issuer.issuer) as IssuerKeys
      const found = await findKey(keys, issuer, header)
      await checkSignature(token, found.key)
      const identity = readIdentity(payload, issuer, { now: now(), clockToleranceMs: options.clockToleranceMs })
      if (goneBy === trusted) {
        remembered.add(token, { identity, keys, keySet: found.keySet })
        return identity
      }
    } catch (error) {
      if (goneBy === trusted) {
        const translated = translateError(error)
        logRefusal(log, translated, goneBy, entries)
        throw translated
      }
    }
    // The trusted issuers changed in the meantime: start again with the new ones.
    return await verifyAnew(token, log)
  }

  function identify (request: FastifyRequest): Promise<void> | undefined {
    const { authorization } = request.headers
    if (authorization === undefined) return undefined
    let token: string
    try {
      token = bearerToken(authorization, request.raw.rawHeaders)
    } catch (error) {
      logRefusal(request.log, error, trusted, [])
      return Promise.reject(error)
    }
    const identity = remembered.get(token)
    if (identity === undefined) return identifyAnew(request, token)
    request.identity = identity
  }

  async function identifyAnew (request: FastifyRequest, token: string): Promise<void> {
    request.identity = await verifyAnew(token, request.log)
  }

  async function authenticate (request: FastifyRequest): Promise<void> {
    if (!hasOwnAuthorization(request)) await identify(request)
  }

  trust(options.issuers)
  return {
    verifier: Object.freeze({
      authenticate,
      identify,
      verify,
      trust,
      check: (issuers: readonly TrustedIssuer[]) => { createTrustedIssuers(resolveIssuers(issuers)) },
      requireIdentity: async (request: FastifyRequest) => {
        await authenticate(request)
        // It is undefined in a part of the app that was registered before this plugin.
        if (request.identity == null) throw new TOKEN_VERIFIER_ERR_TOKEN_MISSING()
      },
      metrics: () => [...issuerKeys].map(([issuer, { keys }]) => ({ issuer, ...keys.metrics }))
    }),
    close: () => {
      closed = true
      for (const { keys } of issuerKeys.values()) keys.close()
    }
  }
}

function hasOwnAuthorization ({ routeOptions }: Partial<FastifyRequest>): boolean {
  return routeOptions?.config?.ownAuthorization === true
}

/** Finds the key for a token's header. The header can only name one of the issuer's keys, never supply a key or a URL. */
async function findKey (keys: SigningKeys, { algorithms }: ResolvedIssuer, { alg, kid }: Readonly<Record<string, unknown>>) {
  if (typeof alg !== 'string' || !algorithms.has(alg)) throw new TOKEN_VERIFIER_ERR_TOKEN_INVALID('bad_signature')
  if (kid !== undefined && typeof kid !== 'string') throw new TOKEN_VERIFIER_ERR_TOKEN_INVALID('malformed')
  return await keys.find(kid, alg)
}

/** Logs the reason and the entries that were considered, but nothing from the token. */
function logRefusal (log: FastifyBaseLogger, error: unknown, trusted: TrustedIssuers, entries: readonly ResolvedIssuer[]): void {
  if (!(error instanceof TOKEN_VERIFIER_ERR_TOKEN_INVALID)) return
  const hint = error.hint ?? hintOnConfiguration(error.reason, trusted, entries)
  const details = { reason: error.reason, issuers: entries.map(({ id }) => id), hint }
  // Without a hint it is not a warning: tokens of a provider's other clients are common, and anyone can make one up.
  if (error.hint === undefined) log.info(details, 'A token was refused')
  else log.warn(details, 'A token was refused')
}

/** Kept out of the error, which clients may see, because it names issuers and clients. */
function hintOnConfiguration (reason: InvalidReason, trusted: TrustedIssuers, entries: readonly ResolvedIssuer[]): string | undefined {
  if (reason === 'unknown_issuer') return trusted.hint()
  return reason === 'audience_mismatch' ? hintOnAudience(entries) : undefined
}
