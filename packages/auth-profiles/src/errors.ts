import createError from '@fastify/error'

/** The profiles are configured wrongly; the message names the path and the remedy. */
export const AUTH_PROFILES_ERR_INVALID_OPTIONS = createError<[string]>('AUTH_PROFILES_ERR_INVALID_OPTIONS', 'Invalid authentication profiles: %s')

/** There is no profile of this id. */
export const AUTH_PROFILES_ERR_PROFILE_NOT_FOUND = createError('AUTH_PROFILES_ERR_PROFILE_NOT_FOUND', 'Authentication profile not found', 404)

/** Nobody has signed up with the token's identity, and no user has its email. */
export const AUTH_PROFILES_ERR_USER_NOT_FOUND = createError('AUTH_PROFILES_ERR_USER_NOT_FOUND', 'User not found', 404)

/** The token's email differs from that of the user its identity is bound to. */
export const AUTH_PROFILES_ERR_EMAIL_MISMATCH = createError('AUTH_PROFILES_ERR_EMAIL_MISMATCH', 'The email of the token differs from the email of its user: change one of them so that they agree', 403)

/** A user has the token's email, but the identity may not be bound to it without an administrator. */
export const AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED = createError('AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED', 'A user with this email exists and is not linked to this way of signing in', 403)

/** The token was issued for another profile than the one to sign up by. */
export const AUTH_PROFILES_ERR_PROFILE_MISMATCH = createError<[string, string]>('AUTH_PROFILES_ERR_PROFILE_MISMATCH', 'The token was issued for the authentication profile "%s", not for "%s": give the authProfileId that the token belongs to', 403)

/** The provider says, or does not say although the policy needs it, that the email is verified. */
export const AUTH_PROFILES_ERR_EMAIL_NOT_VERIFIED = createError('AUTH_PROFILES_ERR_EMAIL_NOT_VERIFIED', 'The email of the token is not verified: confirm it at the provider, then sign in again', 403)

/** The profile's policy lets this email not sign up. */
export const AUTH_PROFILES_ERR_SIGN_UP_CLOSED = createError<[string]>('AUTH_PROFILES_ERR_SIGN_UP_CLOSED', 'The authentication profile "%s" does not let this email sign up: ask an administrator for an invitation', 403)

/** The email in the input is not the token's. */
export const AUTH_PROFILES_ERR_FOREIGN_EMAIL = createError('AUTH_PROFILES_ERR_FOREIGN_EMAIL', 'The email must be the one of the token', 400)

/** Another user has this email. */
export const AUTH_PROFILES_ERR_EMAIL_TAKEN = createError('AUTH_PROFILES_ERR_EMAIL_TAKEN', 'A user with this email exists already', 409)
