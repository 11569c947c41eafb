/**
 * Maps error codes of refusals to reasons. Errors that are ordinary answers are not refusals: not signed up yet, record not
 * found, invalid value.
 */
const reasons: Readonly<Record<string, string>> = {
  TOKEN_VERIFIER_ERR_TOKEN_MISSING: 'token_missing',
  TOKEN_VERIFIER_ERR_TOKEN_EXPIRED: 'token_expired',
  API_TOKENS_ERR_TOKEN_EXPIRED: 'token_expired',
  IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED: 'refresh_token_expired',
  AUTH_PROFILES_ERR_EMAIL_MISMATCH: 'email_mismatch',
  AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED: 'identity_not_linked',
  AUTH_PROFILES_ERR_PROFILE_MISMATCH: 'sign_up_refused',
  AUTH_PROFILES_ERR_EMAIL_NOT_VERIFIED: 'sign_up_refused',
  AUTH_PROFILES_ERR_SIGN_UP_CLOSED: 'sign_up_refused',
  AUTH_PROFILES_ERR_FOREIGN_EMAIL: 'sign_up_refused',
  AUTH_PROFILES_ERR_EMAIL_TAKEN: 'sign_up_refused',
  ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED: 'not_authorized',
  GRAPHQL_API_ERR_NOT_AUTHORIZED: 'not_authorized',
  GRAPHQL_API_ERR_SIGN_IN_TOO_OLD: 'sign_in_too_old',
  API_TOKENS_ERR_CONDITION_NOT_MET: 'not_authorized',
  IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS: 'wrong_password',
  IDENTITY_PROVIDER_ERR_USER_NOT_CONFIRMED: 'user_not_confirmed',
  IDENTITY_PROVIDER_ERR_CHALLENGE_REQUIRED: 'challenge_required',
  IDENTITY_PROVIDER_ERR_THROTTLED: 'throttled'
}

/** Errors with their own reason from a closed list, for example `bad_signature`. */
const withReason: ReadonlySet<unknown> = new Set(['TOKEN_VERIFIER_ERR_TOKEN_INVALID', 'API_TOKENS_ERR_TOKEN_INVALID'])

/** The one-word reason of a refusal. `null` for any other error. */
export function reasonOf (error: unknown): string | null {
  const { code, reason, statusCode } = Object(error) as { code?: unknown, reason?: unknown, statusCode?: unknown }
  if (withReason.has(code)) return asReason(reason)
  if (typeof code === 'string' && Object.hasOwn(reasons, code)) return reasons[code] as string
  // Any rate limit, whatever its error code.
  return statusCode === 429 ? 'throttled' : null
}

/** Accepts a single word only, so that nothing a client sent is stored. */
export function asReason (reason: unknown): string {
  return typeof reason === 'string' && /^[a-z][a-z0-9_]{0,39}$/.test(reason) ? reason : 'other'
}
