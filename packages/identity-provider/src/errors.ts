import { createError } from '@fastify/error'

/** The cause of an error: `new IDENTITY_PROVIDER_ERR_THROTTLED({ cause: error })`. It is logged, so it must not contain secrets. */
export interface Caused { readonly cause: unknown }

/** The profile's provider does not support the request; the message names the profile and what is not supported. */
export const IDENTITY_PROVIDER_ERR_UNSUPPORTED = createError<[string, string, string]>('IDENTITY_PROVIDER_ERR_UNSUPPORTED', 'The authentication profile "%s" (%s) does not support this request: %s', 400)
/** An adapter was opened with invalid options. */
export const IDENTITY_PROVIDER_ERR_INVALID_OPTIONS = createError<[string, string]>('IDENTITY_PROVIDER_ERR_INVALID_OPTIONS', 'Invalid options for the authentication profile "%s": %s')
/** Unknown account or wrong password; the error does not say which. */
export const IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS = createError<[Caused?]>('IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS', 'Incorrect email or password.', 401)
/** The account's email is not confirmed yet. */
export const IDENTITY_PROVIDER_ERR_USER_NOT_CONFIRMED = createError<[Caused?]>('IDENTITY_PROVIDER_ERR_USER_NOT_CONFIRMED', 'User is not confirmed.', 403)
/** The provider requires more than a password (a new password, a second factor); the message says what the user must do. */
export const IDENTITY_PROVIDER_ERR_CHALLENGE_REQUIRED = createError<[string, Caused?]>('IDENTITY_PROVIDER_ERR_CHALLENGE_REQUIRED', 'Sign-in requires another step: %s', 403)
/** The refresh token has expired, was used before, or was revoked. */
export const IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED = createError<[Caused?]>('IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED', 'Refresh Token has expired', 401)
/** A code (authorization, confirmation, recovery) is wrong, has expired, or has already been used. */
export const IDENTITY_PROVIDER_ERR_INVALID_CODE = createError<[Caused?]>('IDENTITY_PROVIDER_ERR_INVALID_CODE', 'The code is wrong, has expired, or has already been used.', 400)
/** The password does not meet the provider's policy; the message says which rule. */
export const IDENTITY_PROVIDER_ERR_WEAK_PASSWORD = createError<[string, Caused?]>('IDENTITY_PROVIDER_ERR_WEAK_PASSWORD', '%s', 400)
/** An account with this email exists at the provider. */
export const IDENTITY_PROVIDER_ERR_ACCOUNT_EXISTS = createError<[Caused?]>('IDENTITY_PROVIDER_ERR_ACCOUNT_EXISTS', 'An account with this email already exists.', 409)
/** The redirect URI is not in the profile's list. */
export const IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED = createError<[string]>('IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED', 'The authentication profile "%s" does not allow this redirect URI. Add it to callbackUrls or logoutUrls.', 400)
interface CausedForAWhile extends Partial<Caused> { readonly retryAfterSeconds?: number | undefined }

/** Too many attempts. */
export class IDENTITY_PROVIDER_ERR_THROTTLED extends createError<[Caused?]>('IDENTITY_PROVIDER_ERR_THROTTLED', 'Too many attempts. Wait a while and try again.', 429) {
  /** How long to wait, if known. */
  readonly retryAfterSeconds: number | undefined

  constructor ({ cause, retryAfterSeconds }: CausedForAWhile = {}) {
    super(...cause === undefined ? [] : [{ cause }])
    this.retryAfterSeconds = retryAfterSeconds
  }

  /** Fastify sends these headers with the error (RFC 9110 §10.2.3). */
  get headers (): Record<string, string> {
    return retryAfter(this)
  }
}

/** The provider was unreachable, did not respond in time, or sent an unexpected response. The cause is never sent to a client. */
export class IDENTITY_PROVIDER_ERR_UNAVAILABLE extends createError<[string, Caused?]>('IDENTITY_PROVIDER_ERR_UNAVAILABLE', 'The identity provider of the authentication profile "%s" is unavailable or sent an unexpected response', 503) {
  /** How long to wait, if known. It is not known for a provider that is set up wrongly. */
  readonly retryAfterSeconds: number | undefined

  constructor (profileId: string, { cause, retryAfterSeconds }: CausedForAWhile = {}) {
    super(profileId, ...cause === undefined ? [] : [{ cause }])
    this.retryAfterSeconds = retryAfterSeconds
  }

  /** Fastify sends these headers with the error (RFC 9110 §10.2.3). */
  get headers (): Record<string, string> {
    return retryAfter(this)
  }
}

function retryAfter ({ retryAfterSeconds }: { readonly retryAfterSeconds: number | undefined }): Record<string, string> {
  return retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
}
