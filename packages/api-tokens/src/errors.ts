import { createError } from '@fastify/error'

/** What is wrong, by the field it is wrong with; no value is repeated. */
export type Details = Readonly<Record<string, string>>

/** Why a token is refused. */
export type InvalidReason =
  /** Not the form of a secret, or two `Authorization` headers, of which another reader may take the other. */
  | 'malformed'
  /** No token has this secret; it may have been deleted. */
  | 'unknown'
  /** It was taken back. */
  | 'revoked'

/** The plugin was registered with options that do not fit; the message names them. */
export const API_TOKENS_ERR_INVALID_OPTIONS = createError<[string]>('API_TOKENS_ERR_INVALID_OPTIONS', 'Invalid API tokens options: %s')

/** The token is genuine, and its time is over. */
export class API_TOKENS_ERR_TOKEN_EXPIRED extends createError('API_TOKENS_ERR_TOKEN_EXPIRED', 'Token expired', 401) {
  /** What Fastify sends with the error: what was wrong with the token (RFC 6750 §3.1). */
  get headers (): Record<string, string> {
    return { 'www-authenticate': 'Bearer error="invalid_token", error_description="Token expired"' }
  }
}

/** The token is refused for another reason than its age. */
export class API_TOKENS_ERR_TOKEN_INVALID extends createError('API_TOKENS_ERR_TOKEN_INVALID', 'Token invalid', 401) {
  readonly reason: InvalidReason

  constructor (reason: InvalidReason) {
    super()
    this.reason = reason
  }

  /** What Fastify sends with the error: what was wrong with the token (RFC 6750 §3.1). */
  get headers (): Record<string, string> {
    return { 'www-authenticate': 'Bearer error="invalid_token", error_description="Token invalid"' }
  }
}

const InvalidFields = createError<'API_TOKENS_ERR_INVALID_FIELDS', 400, [string]>('API_TOKENS_ERR_INVALID_FIELDS', 'Invalid API token: %s', 400)

/** Fields of a token do not fit; `details` says which, and why. */
export class API_TOKENS_ERR_INVALID_FIELDS extends InvalidFields {
  readonly details: Details

  constructor (details: Details) {
    super(Object.entries(details).map(([field, reason]) => `${field} ${reason}`).join('; '))
    this.details = details
  }
}

/** Another token has this name. */
export const API_TOKENS_ERR_NAME_TAKEN = createError('API_TOKENS_ERR_NAME_TAKEN', 'An API token with this name exists', 409)

/** No token has this id, or none that the caller's condition admits. */
export const API_TOKENS_ERR_NOT_FOUND = createError('API_TOKENS_ERR_NOT_FOUND', 'API token not found', 404)

/** One of the roles does not exist. */
export const API_TOKENS_ERR_ROLE_NOT_FOUND = createError('API_TOKENS_ERR_ROLE_NOT_FOUND', 'Role not found', 404)

/** The new token does not meet the caller's condition. */
export const API_TOKENS_ERR_CONDITION_NOT_MET = createError('API_TOKENS_ERR_CONDITION_NOT_MET', 'The API token does not meet the condition for new ones', 403)
