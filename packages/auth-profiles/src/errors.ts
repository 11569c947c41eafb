import { createError } from '@fastify/error'

/** The profiles are configured wrongly; the message names the path and the remedy. */
export const AUTH_PROFILES_ERR_INVALID_OPTIONS = createError<[string]>('AUTH_PROFILES_ERR_INVALID_OPTIONS', 'Invalid authentication profiles: %s')

/** There is no profile of this id. */
export const AUTH_PROFILES_ERR_PROFILE_NOT_FOUND = createError('AUTH_PROFILES_ERR_PROFILE_NOT_FOUND', 'Authentication profile not found', 404)

/** Nobody has signed up with the token's identity, and no user has its email. */
export const AUTH_PROFILES_ERR_USER_NOT_FOUND = createError('AUTH_PROFILES_ERR_USER_NOT_FOUND', 'User not found', 404)

/** The token's email differs from that of the user its identity is bound to. */
export const AUTH_PROFILES_ERR_EMAIL_MISMATCH = createError('AUTH_PROFILES_ERR_EMAIL_MISMATCH', 'The email of the token differs from the email of its user: change one of them so that they agree', 403)

/** A user has the token's email, but the identity may not be bound to it without an administrator. */
export const AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED = createError('AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED', 'A user with this email exists and is not linked to this way of signing in: sign in as that user did before and link it, or ask an administrator', 403)

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

/** What is wrong, by the field it is wrong with; no value is repeated. */
export type Details = Readonly<Record<string, string>>

function describeDetails (details: Details): string {
  return Object.entries(details).map(([field, reason]) => `${field} ${reason}`).join('; ')
}

const InvalidProfile = createError<'AUTH_PROFILES_ERR_INVALID_PROFILE', 400, [string]>('AUTH_PROFILES_ERR_INVALID_PROFILE', 'Invalid authentication profile: %s', 400)

/** A profile cannot be made or changed so; `details` says which field does not fit, and why. */
export class AUTH_PROFILES_ERR_INVALID_PROFILE extends InvalidProfile {
  readonly details: Details

  constructor (details: Details) {
    super(describeDetails(details))
    this.details = details
  }
}

const InvalidSettings = createError<'AUTH_PROFILES_ERR_INVALID_SETTINGS', 400, [string]>('AUTH_PROFILES_ERR_INVALID_SETTINGS', 'Invalid authentication settings: %s', 400)

/** The settings cannot be changed so; `details` says which field does not fit, and why. */
export class AUTH_PROFILES_ERR_INVALID_SETTINGS extends InvalidSettings {
  readonly details: Details

  constructor (details: Details) {
    super(describeDetails(details))
    this.details = details
  }
}

/** The profile stands in the configuration. */
export const AUTH_PROFILES_ERR_DECLARED_IN_CONFIGURATION = createError<[string]>('AUTH_PROFILES_ERR_DECLARED_IN_CONFIGURATION', 'The authentication profile "%s" is declared in the configuration: change it there', 409)

/** Another profile has this name. */
export const AUTH_PROFILES_ERR_NAME_TAKEN = createError('AUTH_PROFILES_ERR_NAME_TAKEN', 'An authentication profile with this name exists already', 409)

/** Another profile accepts the same tokens: of the same issuer, for the same audience. */
export const AUTH_PROFILES_ERR_CONFLICT = createError<[string, string]>('AUTH_PROFILES_ERR_CONFLICT', 'The authentication profile "%s" accepts the tokens of this issuer for the audience "%s" already: give each profile a client of its own', 409)

/** One of the roles does not exist. */
export const AUTH_PROFILES_ERR_ROLE_NOT_FOUND = createError('AUTH_PROFILES_ERR_ROLE_NOT_FOUND', 'Role not found', 404)

/** A client secret was given, and there is no key to seal it under. */
export const AUTH_PROFILES_ERR_NO_SECRET_KEY = createError('AUTH_PROFILES_ERR_NO_SECRET_KEY', 'A client secret cannot be kept without a secret key: start the app with one (the option secretKey; the variable LATCHKEY_SECRET_KEY), or declare the profile in the configuration', 409)

/** The stored client secret was sealed under a key that is not given, or altered. */
export const AUTH_PROFILES_ERR_SECRET_UNREADABLE = createError('AUTH_PROFILES_ERR_SECRET_UNREADABLE', 'The client secret cannot be read under the secret keys given: start with the key that it was kept under (the option previousSecretKeys; the variable LATCHKEY_SECRET_KEY_PREVIOUS), or give the secret anew', 409)
