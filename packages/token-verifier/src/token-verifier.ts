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

/** What `fastify.tokenVerifier` can do. */
export interface TokenVerifier {
  /**
   * A hook: sets `request.identity` from the bearer token, and leaves it `null` where the request has no
   * `Authorization` header, or reads it itself (`config.ownAuthorization`). Register it where it is wanted:
   * `app.addHook('onRequest', app.tokenVerifier.authenticate)`.
   *
   * @throws TOKEN_VERIFIER_ERR_TOKEN_EXPIRED (401), TOKEN_VERIFIER_ERR_TOKEN_INVALID (401, or 503 when the issuer cannot be reached), with `reason`
   */
  authenticate (request: FastifyRequest): Promise<void>

  /**
   * Sets `request.identity` as the hook `authenticate` does, whatever the route is, for code that does not wait where it need not.
   *
   * @returns `undefined` where it is done: the token is remembered, or there is none. Rejects with what `authenticate` throws
   */
  identify (request: FastifyRequest): Promise<void> | undefined

  /** A hook like `authenticate` that also refuses a request without a token. @throws TOKEN_VERIFIER_ERR_TOKEN_MISSING (401) */
  requireIdentity (request: FastifyRequest): Promise<void>

  /**
   * Verifies a token that came another way than by the `Authorization` header, for example in a WebSocket's
   * `connection_init`, on behalf of a request.
   */
  verify (request: Pick<FastifyRequest, 'log'>, token: string): Promise<Identity>

  /**
   * Replaces the trusted issuers, all at once. Keys of issuers that stay are kept.
   *
   * @throws TOKEN_VERIFIER_ERR_INVALID_OPTIONS when an issuer is no https URL, or two claim the same issuer and audience
   */
  trust (issuers: readonly TrustedIssuer[]): void

  /** Tells whether these could be trusted, and changes nothing. @throws what `trust` throws */
  check (issuers: readonly TrustedIssuer[]): void

  /** Counters since start, by issuer. */
  metrics (): readonly IssuerMetrics[]
}

export interface IssuerMetrics {
  readonly issuer: string
  /** How often the issuer was asked for its key set, failures included. */
  readonly fetches: number
  readonly failedFetches: number
  /** Tokens verified with keys older than their usual age because the issuer did not answer. */
  readonly staleAnswers: number
  /** Fetches that unknown key ids asked for and did not get. */
  readonly refusedRefetches: number
}

interface IssuerKeys { readonly keys: SigningKeys, readonly keysAt: KeyLocation }

/** Clocks in milliseconds. Keys age by one that nobody can set back, claims are read by the one on the wall. */
export interface Clocks {
  readonly now: () => number
  readonly elapsed: () => number
}

export interface Dependencies extends Clocks {
  readonly checkSignature: SignatureCheck
  readonly log: FastifyBaseLogger
}

/** Makes what `fastify.tokenVerifier` is, and what closes it. */
export function createTokenVerifier (options: ResolvedOptions, { checkSignature, log, now, elapsed }: Dependencies): { verifier: TokenVerifier, close: () => void } {
  let trusted: TrustedIssuers = createTrustedIssuers([])
  let issuerKeys: ReadonlyMap<string, IssuerKeys> = new Map()
  let closed = false
  const remembered = createVerifiedTokens({ max: options.maxRememberedTokens, ttlMs: options.rememberMs, now })

  function openKeys (issuer: string, keysAt: KeyLocation): IssuerKeys {
    const onFailure = (error: unknown): void => {
      if (!closed) log.warn({ issuer, err: error }, 'The keys of an issuer could not be fetched')
    }
    const onDifference = (aheadMs: number): void => {
      log.warn({ issuer, secondsAhead: Math.round(aheadMs / 1000) }, 'The clock of this machine is not that of an issuer: tokens are taken for expired, or for not yet valid. Set it (NTP)')
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
    // Who calls it from JavaScript may hand over something else, which is refused as every other text is that is no token.
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
    // What was true of the issuers that are trusted no longer: from the beginning, with those that are.
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
        // Undefined in a part of the app that was registered before this plugin.
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

/** The key that a token's header asks for. The header names a key of the issuer's, and never brings one or says where one is. */
async function findKey (keys: SigningKeys, { algorithms }: ResolvedIssuer, { alg, kid }: Readonly<Record<string, unknown>>) {
  if (typeof alg !== 'string' || !algorithms.has(alg)) throw new TOKEN_VERIFIER_ERR_TOKEN_INVALID('bad_signature')
  if (kid !== undefined && typeof kid !== 'string') throw new TOKEN_VERIFIER_ERR_TOKEN_INVALID('malformed')
  return await keys.find(kid, alg)
}

/** Says why, and which entries came into question; nothing that the token says. */
function logRefusal (log: FastifyBaseLogger, error: unknown, trusted: TrustedIssuers, entries: readonly ResolvedIssuer[]): void {
  if (!(error instanceof TOKEN_VERIFIER_ERR_TOKEN_INVALID)) return
  const hint = error.hint ?? hintOnConfiguration(error.reason, trusted, entries)
  const details = { reason: error.reason, issuers: entries.map(({ id }) => id), hint }
  // Tokens of a provider's other clients are nothing unusual, and anybody can write one.
  if (error.hint === undefined) log.info(details, 'A token was refused')
  else log.warn(details, 'A token was refused')
}

/** Not in the error, which others see too: it names issuers and clients. */
function hintOnConfiguration (reason: InvalidReason, trusted: TrustedIssuers, entries: readonly ResolvedIssuer[]): string | undefined {
  if (reason === 'unknown_issuer') return trusted.hint()
  return reason === 'audience_mismatch' ? hintOnAudience(entries) : undefined
}
