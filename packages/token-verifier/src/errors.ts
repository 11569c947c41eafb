import { createError } from '@fastify/error'

/** Why a token is refused: a closed list, so that a client can tell "sign in again" from "misconfigured". */
export type InvalidReason =
  /** No bearer token of three base64url segments (RFC 7515 §7.1) with JSON objects in them, or one with an unknown `crit`. */
  | 'malformed'
  /** `iss` is none of the trusted issuers, to the letter. */
  | 'unknown_issuer'
  /** `aud` and `azp` are not those of a client that is trusted at this issuer (OpenID Connect Core §3.1.3.7). */
  | 'audience_mismatch'
  /** It is no ID token; an access token, most often. */
  | 'wrong_token_use'
  /** The issuer publishes no key of this id. */
  | 'key_not_found'
  /** The signature, or the algorithm of it. */
  | 'bad_signature'
  /** `nbf` or `iat` lies in the future. */
  | 'not_yet_valid'
  /** `exp`, `sub` or `email` is absent, or one of the claims is not of its type. */
  | 'missing_claim'
  /** The issuer's keys are not known and it does not answer; nothing is wrong with the token. */
  | 'issuer_unreachable'

/** The plugin was registered, or told to trust issuers, with options that do not fit; the message names them. */
export const TOKEN_VERIFIER_ERR_INVALID_OPTIONS = createError<[string]>('TOKEN_VERIFIER_ERR_INVALID_OPTIONS', 'Invalid token verifier options: %s')

/** The request has no `Authorization` header, and the route requires an identity. */
export class TOKEN_VERIFIER_ERR_TOKEN_MISSING extends createError('TOKEN_VERIFIER_ERR_TOKEN_MISSING', 'Token missing', 401) {
  /** What Fastify sends with the error: how to authenticate (RFC 6750 §3). */
  get headers (): Record<string, string> {
    return { 'www-authenticate': 'Bearer realm="api"' }
  }
}

/** The token is genuine, and its time is over. Clients refresh on the very words of the message. */
export class TOKEN_VERIFIER_ERR_TOKEN_EXPIRED extends createError('TOKEN_VERIFIER_ERR_TOKEN_EXPIRED', 'Token expired', 401) {
  /** What Fastify sends with the error: what was wrong with the token (RFC 6750 §3.1). */
  get headers (): Record<string, string> {
    return { 'www-authenticate': 'Bearer error="invalid_token", error_description="Token expired"' }
  }
}

/** The token is refused for another reason than its age; status 401, or 503 where the issuer cannot be reached. */
export class TOKEN_VERIFIER_ERR_TOKEN_INVALID extends createError('TOKEN_VERIFIER_ERR_TOKEN_INVALID', 'Token invalid', 401 as number) {
  readonly reason: InvalidReason
  /** For the log: what to do about it. Never a part of the token. */
  readonly hint: string | undefined

  constructor (reason: InvalidReason, { hint, cause }: { hint?: string, cause?: unknown } = {}) {
    super()
    this.reason = reason
    this.hint = hint
    if (cause !== undefined) this.cause = cause
    if (reason === 'issuer_unreachable') this.statusCode = 503
  }

  /** What Fastify sends with the error: what was wrong with the token (RFC 6750 §3.1). */
  get headers (): Record<string, string> {
    if (this.statusCode !== 401) return {}
    return { 'www-authenticate': 'Bearer error="invalid_token", error_description="Token invalid"' }
  }
}
