import type { FastifyRequest } from 'fastify'
import type { Identity, TrustedIssuer } from './identity.js'

/** What `fastify.tokenVerifier` can do. */
export interface TokenVerifier {
  /**
   * A hook: sets `request.identity` from the bearer token, and leaves it `null` where the request has no
   * `Authorization` header. Register it where it is wanted: `app.addHook('onRequest', app.tokenVerifier.authenticate)`.
   *
   * @throws TOKEN_VERIFIER_ERR_TOKEN_EXPIRED (401), TOKEN_VERIFIER_ERR_TOKEN_INVALID (401, or 503 when the issuer cannot be reached), with `reason`
   */
  authenticate (request: FastifyRequest): Promise<void>

  /** A hook like `authenticate` that also refuses a request without a token. @throws TOKEN_VERIFIER_ERR_TOKEN_MISSING (401) */
  requireIdentity (request: FastifyRequest): Promise<void>

  /**
   * Verifies a token that came another way than by the `Authorization` header, for example in a WebSocket's
   * `connection_init`, on behalf of a request.
   */
  verify (request: FastifyRequest, token: string): Promise<Identity>

  /**
   * Replaces the trusted issuers, all at once. Keys of issuers that stay are kept.
   *
   * @throws TOKEN_VERIFIER_ERR_INVALID_OPTIONS when an issuer is no https URL, or two claim the same issuer and audience
   */
  trust (issuers: readonly TrustedIssuer[]): void

  /** Counters since start, by issuer. */
  metrics (): readonly IssuerMetrics[]
}

export interface IssuerMetrics {
  readonly issuer: string
  /** Key sets fetched from the issuer. */
  readonly fetches: number
  readonly failedFetches: number
  /** Tokens verified with keys older than their usual age because the issuer did not answer. */
  readonly staleAnswers: number
  /** Fetches that unknown key ids asked for and did not get. */
  readonly refusedRefetches: number
}
