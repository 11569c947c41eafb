import { createError } from '@fastify/error'

/** The configuration of the profiles is invalid; the message names the path and the remedy. */
export const AUTH_PROFILES_ERR_INVALID_OPTIONS = createError<[string]>('AUTH_PROFILES_ERR_INVALID_OPTIONS', 'Invalid authentication profiles: %s')

/** No profile has this id. */
export const AUTH_PROFILES_ERR_PROFILE_NOT_FOUND = createError('AUTH_PROFILES_ERR_PROFILE_NOT_FOUND', 'Authentication profile not found', 404)

/** Nobody has signed up with the token's identity, and no user has its email. */
export const AUTH_PROFILES_ERR_USER_NOT_FOUND = createError('AUTH_PROFILES_ERR_USER_NOT_FOUND', 'User not found', 404)

/** The token's email differs from that of the user its identity is bound to. */
export const AUTH_PROFILES_ERR_EMAIL_MISMATCH = createError('AUTH_PROFILES_ERR_EMAIL_MISMATCH', 'The email of the token differs from the email of its user. Change one of them so that they match.', 403)

/** A user has the token's email, but the identity cannot be bound to it automatically. */
export const AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED = createError('AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED', 'A user with this email already exists, but this account is not linked to it. Sign in the way you did before and link this account, or ask an administrator.', 403)

/** The token was issued for a different profile than the one to sign up with. */
export const AUTH_PROFILES_ERR_PROFILE_MISMATCH = createError<[string, string]>('AUTH_PROFILES_ERR_PROFILE_MISMATCH', 'The token was issued for the authentication profile "%s", not for "%s". Pass the authProfileId that the token belongs to.', 403)

/** The provider says that the email is not verified, or does not say that it is although the policy requires it. */
export const AUTH_PROFILES_ERR_EMAIL_NOT_VERIFIED = createError('AUTH_PROFILES_ERR_EMAIL_NOT_VERIFIED', 'The email of the token is not verified. Confirm it at the provider, then sign in again.', 403)

/** The profile's policy does not allow this email to sign up. */
export const AUTH_PROFILES_ERR_SIGN_UP_CLOSED = createError<[string]>('AUTH_PROFILES_ERR_SIGN_UP_CLOSED', 'The authentication profile "%s" does not allow this email to sign up. Ask an administrator for an invitation.', 403)

/** The email in the input is not the token's. */
export const AUTH_PROFILES_ERR_FOREIGN_EMAIL = createError('AUTH_PROFILES_ERR_FOREIGN_EMAIL', 'The email must be the email of the token', 400)

/** Another user has this email. */
export const AUTH_PROFILES_ERR_EMAIL_TAKEN = createError('AUTH_PROFILES_ERR_EMAIL_TAKEN', 'A user with this email already exists', 409)

/** The reason for each invalid field. Never contains the submitted values. */
export type Details = Readonly<Record<string, string>>

function describeDetails (details: Details): string {
  return Object.entries(details).map(([field, reason]) => `${field} ${reason}`).join('; ')
}

const InvalidProfile = createError<'AUTH_PROFILES_ERR_INVALID_PROFILE', 400, [string]>('AUTH_PROFILES_ERR_INVALID_PROFILE', 'Invalid authentication profile: %s', 400)

/** The input for a profile is invalid; `details` says which fields and why. */
export class AUTH_PROFILES_ERR_INVALID_PROFILE extends InvalidProfile {
  readonly details: Details

  constructor (details: Details) {
    super(describeDetails(details))
    this.details = details
  }
}

const InvalidSettings = createError<'AUTH_PROFILES_ERR_INVALID_SETTINGS', 400, [string]>('AUTH_PROFILES_ERR_INVALID_SETTINGS', 'Invalid authentication settings: %s', 400)

/** The input for the settings is invalid; `details` says which fields and why. */
export class AUTH_PROFILES_ERR_INVALID_SETTINGS extends InvalidSettings {
  readonly details: Details

  constructor (details: Details) {
    super(describeDetails(details))
    this.details = details
  }
}

/** The profile is declared in the configuration and can be changed only there. */
export const AUTH_PROFILES_ERR_DECLARED_IN_CONFIGURATION = createError<[string]>('AUTH_PROFILES_ERR_DECLARED_IN_CONFIGURATION', 'The authentication profile "%s" is declared in the configuration. Change it there.', 409)

/** Another profile has this name. */
export const AUTH_PROFILES_ERR_NAME_TAKEN = createError('AUTH_PROFILES_ERR_NAME_TAKEN', 'An authentication profile with this name already exists', 409)

/** Another profile accepts tokens of the same issuer for the same audience. */
export const AUTH_PROFILES_ERR_CONFLICT = createError<[string, string]>('AUTH_PROFILES_ERR_CONFLICT', 'The authentication profile "%s" already accepts tokens of this issuer for the audience "%s". Give each profile its own client.', 409)

/** One of the roles does not exist. */
export const AUTH_PROFILES_ERR_ROLE_NOT_FOUND = createError('AUTH_PROFILES_ERR_ROLE_NOT_FOUND', 'Role not found', 404)

/** A client secret was given, but there is no key to encrypt it with. */
export const AUTH_PROFILES_ERR_NO_SECRET_KEY = createError('AUTH_PROFILES_ERR_NO_SECRET_KEY', 'A client secret cannot be stored without a secret key. Start the app with one (option secretKey, variable LATCHKEY_SECRET_KEY), or declare the profile in the configuration.', 409)

/** The stored client secret was encrypted with a key that is not given, or was tampered with. */
export const AUTH_PROFILES_ERR_SECRET_UNREADABLE = createError('AUTH_PROFILES_ERR_SECRET_UNREADABLE', 'The client secret cannot be decrypted with the given secret keys. Start the app with the key it was encrypted with (option previousSecretKeys, variable LATCHKEY_SECRET_KEY_PREVIOUS), or enter the secret again.', 409)
