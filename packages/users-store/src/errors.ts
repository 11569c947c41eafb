import { createError } from '@fastify/error'

/** What is wrong, by the field it is wrong with; no value is repeated. */
export type Details = Readonly<Record<string, string>>

/** The plugin was registered with options that do not fit; the message names them. */
export const USERS_STORE_ERR_INVALID_OPTIONS = createError<[string]>('USERS_STORE_ERR_INVALID_OPTIONS', 'Invalid users store options: %s')

/** A column of the app's own is missing from the Users table, or is there with another type. */
export const USERS_STORE_ERR_COLUMN_MISMATCH = createError<[string, string]>('USERS_STORE_ERR_COLUMN_MISMATCH', 'Column %s of latchkey_users %s')

const InvalidEmail = createError<'USERS_STORE_ERR_INVALID_EMAIL', 400, [string]>('USERS_STORE_ERR_INVALID_EMAIL', 'Invalid email: %s', 400)

/** The email is none that this store keeps; `details.email` says why. */
export class USERS_STORE_ERR_INVALID_EMAIL extends InvalidEmail {
  readonly details: Details

  constructor (reason: string) {
    super(reason)
    this.details = { email: reason }
  }
}

const InvalidUser = createError<'USERS_STORE_ERR_INVALID_USER', 400, [string]>('USERS_STORE_ERR_INVALID_USER', 'Invalid user: %s', 400)

/** Fields of a user or of an identity do not fit; `details` says which, and why. */
export class USERS_STORE_ERR_INVALID_USER extends InvalidUser {
  readonly details: Details

  constructor (details: Details) {
    super(Object.entries(details).map(([field, reason]) => `${field} ${reason}`).join('; '))
    this.details = details
  }
}

/** Another user has this email. */
export const USERS_STORE_ERR_EMAIL_TAKEN = createError('USERS_STORE_ERR_EMAIL_TAKEN', 'A user with this email exists', 409)

/** The identity (issuer, subject) is bound to another user. */
export const USERS_STORE_ERR_IDENTITY_TAKEN = createError('USERS_STORE_ERR_IDENTITY_TAKEN', 'This identity is bound to a user already: it must be removed from that one first', 409)

/** The identity was removed from this user, and is bound to it again by nothing but a decision of somebody. */
export const USERS_STORE_ERR_IDENTITY_REMOVED = createError('USERS_STORE_ERR_IDENTITY_REMOVED', 'This identity was removed from the user: it is bound again where that is said, or restored', 409)

/** The user has no such identity, or none was removed. */
export const USERS_STORE_ERR_IDENTITY_NOT_FOUND = createError('USERS_STORE_ERR_IDENTITY_NOT_FOUND', 'Identity not found', 404)

/** No user has this id. */
export const USERS_STORE_ERR_USER_NOT_FOUND = createError('USERS_STORE_ERR_USER_NOT_FOUND', 'User not found', 404)
