import { createError } from '@fastify/error'

/** The reason for each invalid field. Never contains the submitted values. */
export type Details = Readonly<Record<string, string>>

/** The plugin was registered with invalid options; the message names them. */
export const USERS_STORE_ERR_INVALID_OPTIONS = createError<[string]>('USERS_STORE_ERR_INVALID_OPTIONS', 'Invalid users store options: %s')

/** A column declared by the app is missing from the Users table, or has another type. */
export const USERS_STORE_ERR_COLUMN_MISMATCH = createError<[string, string]>('USERS_STORE_ERR_COLUMN_MISMATCH', 'Column %s of latchkey_users %s')

const InvalidEmail = createError<'USERS_STORE_ERR_INVALID_EMAIL', 400, [string]>('USERS_STORE_ERR_INVALID_EMAIL', 'Invalid email: %s', 400)

/** The email is invalid or not supported; `details.email` says why. */
export class USERS_STORE_ERR_INVALID_EMAIL extends InvalidEmail {
  readonly details: Details

  constructor (reason: string) {
    super(reason)
    this.details = { email: reason }
  }
}

const InvalidUser = createError<'USERS_STORE_ERR_INVALID_USER', 400, [string]>('USERS_STORE_ERR_INVALID_USER', 'Invalid user: %s', 400)

/** Fields of a user or an identity are invalid; `details` says which and why. */
export class USERS_STORE_ERR_INVALID_USER extends InvalidUser {
  readonly details: Details

  constructor (details: Details) {
    super(Object.entries(details).map(([field, reason]) => `${field} ${reason}`).join('; '))
    this.details = details
  }
}

/** Another user has this email. */
export const USERS_STORE_ERR_EMAIL_TAKEN = createError('USERS_STORE_ERR_EMAIL_TAKEN', 'A user with this email already exists', 409)

/** The identity (issuer, subject) is bound to another user. */
export const USERS_STORE_ERR_IDENTITY_TAKEN = createError('USERS_STORE_ERR_IDENTITY_TAKEN', 'This identity is already linked to another user. Remove it there first.', 409)

/** The identity was removed from this user, and is bound to it again only when somebody explicitly asks for it. */
export const USERS_STORE_ERR_IDENTITY_REMOVED = createError('USERS_STORE_ERR_IDENTITY_REMOVED', 'This identity was removed from this user. Link it again explicitly, or restore it.', 409)

/** The identity is not bound to this user, or (when restoring) was not removed from it. */
export const USERS_STORE_ERR_IDENTITY_NOT_FOUND = createError('USERS_STORE_ERR_IDENTITY_NOT_FOUND', 'Identity not found', 404)

/** No user has this id. */
export const USERS_STORE_ERR_USER_NOT_FOUND = createError('USERS_STORE_ERR_USER_NOT_FOUND', 'User not found', 404)
