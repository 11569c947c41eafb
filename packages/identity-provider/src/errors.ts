import { createError } from '@fastify/error'

/** Says what an error came from: `new IDENTITY_PROVIDER_ERR_THROTTLED({ cause: error })`. It is for the log, so no secret may be in it. */
export interface Caused { readonly cause: unknown }

/** The profile's provider cannot do what was asked; the message names the profile and the capability. */
export const IDENTITY_PROVIDER_ERR_UNSUPPORTED = createError<[string, string, string]>('IDENTITY_PROVIDER_ERR_UNSUPPORTED', 'The authentication profile "%s" (%s) cannot do this: %s', 400)
/** An adapter was opened with options that do not fit. */
export const IDENTITY_PROVIDER_ERR_INVALID_OPTIONS = createError<[string, string]>('IDENTITY_PROVIDER_ERR_INVALID_OPTIONS', 'Invalid options of the authentication profile "%s": %s')
/** Unknown account or wrong password; which of them is not said. */
export const IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS = createError<[Caused?]>('IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS', 'Incorrect email or password.', 401)
/** The account's email is not confirmed yet. */
export const IDENTITY_PROVIDER_ERR_USER_NOT_CONFIRMED = createError<[Caused?]>('IDENTITY_PROVIDER_ERR_USER_NOT_CONFIRMED', 'User is not confirmed.', 403)
/** The provider wants more than a password (a new password, a second factor); the message says what the client must do. */
export const IDENTITY_PROVIDER_ERR_CHALLENGE_REQUIRED = createError<[string, Caused?]>('IDENTITY_PROVIDER_ERR_CHALLENGE_REQUIRED', 'Signing in needs a further step: %s', 403)
/** The refresh token has expired, was used before, or was revoked. */
export const IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED = createError<[Caused?]>('IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED', 'Refresh Token has expired', 401)
/** A code (authorization, confirmation, recovery) is wrong, expired or used. */
export const IDENTITY_PROVIDER_ERR_INVALID_CODE = createError<[Caused?]>('IDENTITY_PROVIDER_ERR_INVALID_CODE', 'The code is wrong, has expired or was used before.', 400)
/** The password does not meet the provider's policy; the message says which rule. */
export const IDENTITY_PROVIDER_ERR_WEAK_PASSWORD = createError<[string, Caused?]>('IDENTITY_PROVIDER_ERR_WEAK_PASSWORD', '%s', 400)
/** An account with this email exists at the provider. */
export const IDENTITY_PROVIDER_ERR_ACCOUNT_EXISTS = createError<[Caused?]>('IDENTITY_PROVIDER_ERR_ACCOUNT_EXISTS', 'An account with this email exists already.', 409)
/** A browser was to be sent to an address that the profile does not list. */
export const IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED = createError<[string]>('IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED', 'The authentication profile "%s" does not allow this redirect URI: add it to callbackUrls or logoutUrls.', 400)

interface CausedForAWhile extends Partial<Caused> { readonly retryAfterSeconds?: number | undefined }

/** Too many tries. */
export class IDENTITY_PROVIDER_ERR_THROTTLED extends createError<[Caused?]>('IDENTITY_PROVIDER_ERR_THROTTLED', 'Too many tries: wait a while.', 429) {
  /** How long to wait, where that is known. */
  readonly retryAfterSeconds: number | undefined

  constructor ({ cause, retryAfterSeconds }: CausedForAWhile = {}) {
    super(...cause === undefined ? [] : [{ cause }])
    this.retryAfterSeconds = retryAfterSeconds
  }

  /** What Fastify sends with the error (RFC 9110 §10.2.3). */
  get headers (): Record<string, string> {
    return retryAfter(this)
  }
}

/** The provider did not answer in time, was unreachable, or answered what it should not. The cause is never sent to a client. */
export class IDENTITY_PROVIDER_ERR_UNAVAILABLE extends createError<[string, Caused?]>('IDENTITY_PROVIDER_ERR_UNAVAILABLE', 'The identity provider of the authentication profile "%s" did not answer as it should.', 503) {
  /** How long to wait, where that is known: of a provider that is set up wrongly it is not. */
  readonly retryAfterSeconds: number | undefined

  constructor (profileId: string, { cause, retryAfterSeconds }: CausedForAWhile = {}) {
    super(profileId, ...cause === undefined ? [] : [{ cause }])
    this.retryAfterSeconds = retryAfterSeconds
  }

  /** What Fastify sends with the error. */
  get headers (): Record<string, string> {
    return retryAfter(this)
  }
}

function retryAfter ({ retryAfterSeconds }: { readonly retryAfterSeconds: number | undefined }): Record<string, string> {
  return retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
}
