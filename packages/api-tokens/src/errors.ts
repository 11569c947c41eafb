import { createError } from '@fastify/error'

/** What is wrong, by field. Values are not repeated. */
export type Details = Readonly<Record<string, string>>

/** Why a token is refused. */
export type InvalidReason =
  /** It does not look like a secret, or there are several `Authorization` headers. */
  | 'malformed'
  /** No token has this secret; it may have been deleted. */
  | 'unknown'
  /** It was revoked. */
  | 'revoked'

/** The plugin's options are invalid; the message names them. */
export const API_TOKENS_ERR_INVALID_OPTIONS = createError<[string]>('API_TOKENS_ERR_INVALID_OPTIONS', 'Invalid API tokens options: %s')

/** The token is genuine but has expired. */
export class API_TOKENS_ERR_TOKEN_EXPIRED extends createError('API_TOKENS_ERR_TOKEN_EXPIRED', 'Token expired', 401) {
  /** Sent by Fastify with the error: what is wrong with the token (RFC 6750 §3.1). */
  get headers (): Record<string, string> {
    return { 'www-authenticate': 'Bearer error="invalid_token", error_description="Token expired"' }
  }
}

/** The token is refused for any reason but expiry. */
export class API_TOKENS_ERR_TOKEN_INVALID extends createError('API_TOKENS_ERR_TOKEN_INVALID', 'Token invalid', 401) {
  readonly reason: InvalidReason

  constructor (reason: InvalidReason) {
    super()
    this.reason = reason
  }

  /** Sent by Fastify with the error: what is wrong with the token (RFC 6750 §3.1). */
  get headers (): Record<string, string> {
    return { 'www-authenticate': 'Bearer error="invalid_token", error_description="Token invalid"' }
  }
}

const InvalidFields = createError<'API_TOKENS_ERR_INVALID_FIELDS', 400, [string]>('API_TOKENS_ERR_INVALID_FIELDS', 'Invalid API token: %s', 400)

/** Fields of a token are invalid; `details` says which, and why. */
export class API_TOKENS_ERR_INVALID_FIELDS extends InvalidFields {
  readonly details: Details

  constructor (details: Details) {
    super(Object.entries(details).map(([field, reason]) => `${field} ${reason}`).join('; '))
    this.details = details
  }
}

/** Another token has this name. */
export const API_TOKENS_ERR_NAME_TAKEN = createError('API_TOKENS_ERR_NAME_TAKEN', 'An API token with this name already exists', 409)

/** No token has this ID, or it does not meet the caller's condition. */
export const API_TOKENS_ERR_NOT_FOUND = createError('API_TOKENS_ERR_NOT_FOUND', 'API token not found', 404)

/** One of the roles does not exist. */
export const API_TOKENS_ERR_ROLE_NOT_FOUND = createError('API_TOKENS_ERR_ROLE_NOT_FOUND', 'Role not found', 404)

/** The new token does not meet the caller's condition. */
export const API_TOKENS_ERR_CONDITION_NOT_MET = createError('API_TOKENS_ERR_CONDITION_NOT_MET', 'The API token does not meet the condition for new API tokens', 403)
