import { createError } from '@fastify/error'

/** Why a token is refused. The list is closed, so a client can tell "sign in again" from "misconfigured". */
export type InvalidReason =
  /** Not a bearer token of three base64url segments (RFC 7515 §7.1) with JSON objects, or it has a `crit` header. */
  | 'malformed'
  /** `iss` does not exactly match a trusted issuer. */
  | 'unknown_issuer'
  /** `aud` and `azp` do not match a trusted client of this issuer (OpenID Connect Core §3.1.3.7). */
  | 'audience_mismatch'
  /** Not an ID token; usually it is an access token. */
  | 'wrong_token_use'
  /** The issuer publishes no key with this ID. */
  | 'key_not_found'
  /** The signature or its algorithm is wrong. */
  | 'bad_signature'
  /** `nbf` or `iat` is in the future. */
  | 'not_yet_valid'
  /** `exp`, `sub` or `email` is missing, or a claim has the wrong type. */
  | 'missing_claim'
  /** The issuer does not answer and its keys are not known. The token may be fine. */
  | 'issuer_unreachable'

/** The options, or the issuers given to `trust`, are invalid; the message names them. */
export const TOKEN_VERIFIER_ERR_INVALID_OPTIONS = createError<[string]>('TOKEN_VERIFIER_ERR_INVALID_OPTIONS', 'Invalid token verifier options: %s')

/** The request has no `Authorization` header, and the route requires an identity. */
export class TOKEN_VERIFIER_ERR_TOKEN_MISSING extends createError('TOKEN_VERIFIER_ERR_TOKEN_MISSING', 'Token missing', 401) {
  /** Sent by Fastify with the error: how to authenticate (RFC 6750 §3). */
  get headers (): Record<string, string> {
    return { 'www-authenticate': 'Bearer realm="api"' }
  }
}

/** The token is genuine but has expired. Clients refresh on this exact message. */
export class TOKEN_VERIFIER_ERR_TOKEN_EXPIRED extends createError('TOKEN_VERIFIER_ERR_TOKEN_EXPIRED', 'Token expired', 401) {
  /** Sent by Fastify with the error: what is wrong with the token (RFC 6750 §3.1). */
  get headers (): Record<string, string> {
    return { 'www-authenticate': 'Bearer error="invalid_token", error_description="Token expired"' }
  }
}

/** The token is refused for any reason but expiry. Status 401, or 503 if the issuer cannot be reached. */
export class TOKEN_VERIFIER_ERR_TOKEN_INVALID extends createError('TOKEN_VERIFIER_ERR_TOKEN_INVALID', 'Token invalid', 401 as number) {
  readonly reason: InvalidReason
  /** The remedy, for the log. Never contains any part of the token. */
  readonly hint: string | undefined

  constructor (reason: InvalidReason, { hint, cause }: { hint?: string, cause?: unknown } = {}) {
    super()
    this.reason = reason
    this.hint = hint
    if (cause !== undefined) this.cause = cause
    if (reason === 'issuer_unreachable') this.statusCode = 503
  }

  /** Sent by Fastify with the error: what is wrong with the token (RFC 6750 §3.1). */
  get headers (): Record<string, string> {
    if (this.statusCode !== 401) return {}
    return { 'www-authenticate': 'Bearer error="invalid_token", error_description="Token invalid"' }
  }
}
