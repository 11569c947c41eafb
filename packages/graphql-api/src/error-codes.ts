import { isUnavailable } from '@latchkey/database'
import type { GraphQLError } from 'graphql'

/** The codes that clients see. */
export type ErrorCode =
  | 'TokenExpiredError' | 'InvalidTokenError' | 'NotAuthorizedError' | 'EntityNotFoundError' | 'EntityExistsError' | 'ValidationError'
  | 'UserNotConfirmedError' | 'ThrottlingThresholdReachedError' | 'ExternalServiceError' | 'InternalError'

/** An error as reported to clients. */
export interface ClientError {
  /** One of `ErrorCode`, or a code defined by the app. */
  readonly code: string
  readonly message: string
  /** The HTTP status, if the error ended the request before anything was executed. */
  readonly status: number
  /** The request was not a valid GraphQL-over-HTTP request, so the status is sent whatever the client accepts. */
  readonly malformed?: boolean
  /** The reason by field, or the missing resource and action. */
  readonly details?: Readonly<Record<string, unknown>> | undefined
  /** One word, for programs. */
  readonly reason?: string | undefined
  /** Seconds after which to retry, if known. */
  readonly retryAfter?: number | undefined
  readonly extensions?: Readonly<Record<string, unknown>> | undefined
}

/** How to report one error code of another package. */
interface Answer {
  readonly code: ErrorCode
  /** Default: the error's own message, which must then be safe for clients. */
  readonly message?: string
  /** One word, or `own` for the error's own reason. */
  readonly reason?: string
  /** The field to which the error's own message applies. Default: the error's own `details`. */
  readonly field?: string
  readonly malformed?: boolean
}

const invalid = 'The request is invalid.'
const notAuthorized = 'Not Authorized'

/** Every error of other packages that a request can cause, and how it is reported to clients. */
export const answers: Readonly<Record<string, Answer>> = {
  TOKEN_VERIFIER_ERR_TOKEN_EXPIRED: { code: 'TokenExpiredError', message: 'Token expired' },
  TOKEN_VERIFIER_ERR_TOKEN_INVALID: { code: 'InvalidTokenError', message: 'Token invalid', reason: 'own' },
  TOKEN_VERIFIER_ERR_TOKEN_MISSING: { code: 'NotAuthorizedError', message: notAuthorized },

  AUTH_PROFILES_ERR_USER_NOT_FOUND: { code: 'EntityNotFoundError', message: 'User not found' },
  AUTH_PROFILES_ERR_PROFILE_NOT_FOUND: { code: 'EntityNotFoundError', message: 'Authentication profile not found' },
  AUTH_PROFILES_ERR_EMAIL_MISMATCH: { code: 'NotAuthorizedError', message: notAuthorized, reason: 'email_mismatch', field: 'email' },
  AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED: { code: 'NotAuthorizedError', message: notAuthorized, reason: 'identity_not_linked', field: 'email' },
  AUTH_PROFILES_ERR_PROFILE_MISMATCH: { code: 'NotAuthorizedError', message: notAuthorized, reason: 'profile_mismatch', field: 'authProfileId' },
  AUTH_PROFILES_ERR_EMAIL_NOT_VERIFIED: { code: 'NotAuthorizedError', message: notAuthorized, reason: 'email_not_verified', field: 'email' },
  AUTH_PROFILES_ERR_SIGN_UP_CLOSED: { code: 'NotAuthorizedError', message: notAuthorized, reason: 'sign_up_closed', field: 'email' },
  AUTH_PROFILES_ERR_FOREIGN_EMAIL: { code: 'ValidationError', message: invalid, field: 'email' },
  AUTH_PROFILES_ERR_EMAIL_TAKEN: { code: 'EntityExistsError' },
  AUTH_PROFILES_ERR_INVALID_PROFILE: { code: 'ValidationError', message: invalid },
  AUTH_PROFILES_ERR_INVALID_SETTINGS: { code: 'ValidationError', message: invalid },
  AUTH_PROFILES_ERR_DECLARED_IN_CONFIGURATION: { code: 'ValidationError', message: invalid, field: 'id' },
  AUTH_PROFILES_ERR_NAME_TAKEN: { code: 'EntityExistsError' },
  AUTH_PROFILES_ERR_CONFLICT: { code: 'EntityExistsError' },
  AUTH_PROFILES_ERR_ROLE_NOT_FOUND: { code: 'EntityNotFoundError', message: 'Role not found' },
  AUTH_PROFILES_ERR_NO_SECRET_KEY: { code: 'ValidationError', message: invalid, field: 'secret' },
  AUTH_PROFILES_ERR_SECRET_UNREADABLE: { code: 'ValidationError', message: invalid, field: 'secret' },

  USERS_STORE_ERR_USER_NOT_FOUND: { code: 'EntityNotFoundError', message: 'User not found' },
  USERS_STORE_ERR_EMAIL_TAKEN: { code: 'EntityExistsError' },
  USERS_STORE_ERR_IDENTITY_TAKEN: { code: 'EntityExistsError' },
  USERS_STORE_ERR_IDENTITY_NOT_FOUND: { code: 'EntityNotFoundError' },
  USERS_STORE_ERR_IDENTITY_REMOVED: { code: 'NotAuthorizedError', message: notAuthorized, reason: 'identity_not_linked', field: 'subject' },
  USERS_STORE_ERR_INVALID_EMAIL: { code: 'ValidationError', message: invalid },
  USERS_STORE_ERR_INVALID_USER: { code: 'ValidationError', message: invalid },

  ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED: { code: 'NotAuthorizedError', message: notAuthorized },
  ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND: { code: 'EntityNotFoundError', message: 'Role not found' },
  ROLE_PERMISSIONS_ERR_ROLE_EXISTS: { code: 'EntityExistsError' },
  ROLE_PERMISSIONS_ERR_INVALID_ROLE: { code: 'ValidationError', message: invalid },
  ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS: { code: 'ValidationError', message: invalid, field: 'permissions' },
  ROLE_PERMISSIONS_ERR_LAST_ADMINISTRATOR: { code: 'ValidationError', message: invalid, field: 'permissions' },
  ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT: { code: 'ValidationError', message: invalid, field: 'roles' },
  ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_ROLE: { code: 'ValidationError', message: invalid, field: 'roles' },
  ROLE_PERMISSIONS_ERR_USER_NOT_FOUND: { code: 'EntityNotFoundError', message: 'User not found' },
  ROLE_PERMISSIONS_ERR_BUILTIN_ROLE: { code: 'ValidationError', message: invalid, field: 'role' },

  FIRST_ADMINISTRATOR_ERR_WRONG_CODE: { code: 'ValidationError', message: invalid, field: 'code' },
  FIRST_ADMINISTRATOR_ERR_NOT_NEEDED: { code: 'ValidationError', message: invalid, field: 'code' },
  FIRST_ADMINISTRATOR_ERR_TOO_MANY_TRIES: { code: 'ThrottlingThresholdReachedError' },

  API_TOKENS_ERR_TOKEN_EXPIRED: { code: 'TokenExpiredError', message: 'Token expired' },
  API_TOKENS_ERR_TOKEN_INVALID: { code: 'InvalidTokenError', message: 'Token invalid', reason: 'own' },
  API_TOKENS_ERR_NOT_FOUND: { code: 'EntityNotFoundError' },
  API_TOKENS_ERR_ROLE_NOT_FOUND: { code: 'EntityNotFoundError', message: 'Role not found' },
  API_TOKENS_ERR_NAME_TAKEN: { code: 'EntityExistsError' },
  API_TOKENS_ERR_INVALID_FIELDS: { code: 'ValidationError', message: invalid },
  API_TOKENS_ERR_CONDITION_NOT_MET: { code: 'NotAuthorizedError', message: notAuthorized },

  ACTIVITY_LOG_ERR_INVALID_RANGE: { code: 'ValidationError', message: invalid },

  RECORD_FILTER_ERR_INVALID: { code: 'ValidationError', message: invalid, field: 'filter' },

  IDENTITY_PROVIDER_ERR_UNSUPPORTED: { code: 'ValidationError', message: invalid, field: 'authProfileId' },
  IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS: { code: 'NotAuthorizedError', message: notAuthorized, reason: 'invalid_credentials', field: 'password' },
  IDENTITY_PROVIDER_ERR_USER_NOT_CONFIRMED: { code: 'UserNotConfirmedError' },
  IDENTITY_PROVIDER_ERR_CHALLENGE_REQUIRED: { code: 'NotAuthorizedError', message: notAuthorized, reason: 'challenge_required', field: 'password' },
  IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED: { code: 'TokenExpiredError', message: 'Refresh Token has expired' },
  IDENTITY_PROVIDER_ERR_INVALID_CODE: { code: 'ValidationError', message: invalid, field: 'code' },
  IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED: { code: 'ValidationError', message: invalid, field: 'redirectUri' },
  IDENTITY_PROVIDER_ERR_WEAK_PASSWORD: { code: 'ValidationError', message: invalid, field: 'password' },
  IDENTITY_PROVIDER_ERR_ACCOUNT_EXISTS: { code: 'EntityExistsError' },
  IDENTITY_PROVIDER_ERR_THROTTLED: { code: 'ThrottlingThresholdReachedError' },
  IDENTITY_PROVIDER_ERR_UNAVAILABLE: { code: 'ExternalServiceError' },

  GRAPHQL_API_ERR_MALFORMED_REQUEST: { code: 'ValidationError', message: invalid, malformed: true },
  // Not `malformed`: many clients send the query after this error only if the status is 200.
  GRAPHQL_API_ERR_PERSISTED_QUERY: { code: 'ValidationError' },
  GRAPHQL_API_ERR_METHOD_NOT_ALLOWED: { code: 'ValidationError', message: invalid, malformed: true },
  GRAPHQL_API_ERR_UNSUPPORTED_MEDIA_TYPE: { code: 'ValidationError', message: invalid, malformed: true },
  GRAPHQL_API_ERR_TOO_MANY_OPERATIONS: { code: 'ThrottlingThresholdReachedError' },
  GRAPHQL_API_ERR_INVALID_ARGUMENT: { code: 'ValidationError', message: invalid },
  GRAPHQL_API_ERR_NOT_AUTHORIZED: { code: 'NotAuthorizedError', message: notAuthorized },
  GRAPHQL_API_ERR_LAST_IDENTITY: { code: 'ValidationError', message: invalid, field: 'subject' },
  GRAPHQL_API_ERR_SIGN_IN_TOO_OLD: { code: 'ValidationError', message: invalid, reason: 'sign_in_too_old', field: 'signIn' },
  GRAPHQL_API_ERR_UNFIT_ID_TOKEN: { code: 'ValidationError', message: invalid, reason: 'own' },
  GRAPHQL_API_ERR_RECORD_CHANGED: { code: 'ValidationError', message: invalid, reason: 'record_changed', field: 'expectedUpdatedAt' },
  GRAPHQL_API_ERR_NOT_FOUND: { code: 'EntityNotFoundError' }
}

const internal: ClientError = { code: 'InternalError', message: 'Internal error', status: 500 }
/** An internal error that clients may know to be temporary. A database takes a few seconds to come back. */
const unavailable: ClientError = { ...internal, status: 503, retryAfter: 5 }

/** The fields of any error that this module reads. */
interface AnyError {
  readonly message: string
  readonly code?: unknown
  readonly statusCode?: unknown
  readonly details?: Readonly<Record<string, unknown>>
  readonly reason?: string
  readonly retryAfterSeconds?: number
  readonly extensions?: Readonly<Record<string, unknown>>
}

/**
 * Describes an error for clients.
 *
 * @param thrown whatever a resolver or hook threw
 * @returns `InternalError` unless the error is known to be safe for clients
 */
export function describeError (thrown: unknown): ClientError {
  if (!(thrown instanceof Error)) return internal
  const error = thrown as AnyError
  const answer = typeof error.code === 'string' && Object.hasOwn(answers, error.code) ? answers[error.code] : undefined
  if (answer !== undefined) return describeKnown(error, answer)
  if (typeof error.extensions?.code === 'string') {
    // A resolver of the app chose this code and message for clients.
    const { code, ...extensions } = error.extensions
    return { code, message: error.message, status: statusOf(error, 200), extensions }
  }
  return describeForeign(error) ?? internal
}

function describeKnown (error: AnyError, { code, message, reason, field, malformed }: Answer): ClientError {
  return {
    code,
    message: message ?? error.message,
    status: statusOf(error, 500),
    details: field === undefined ? error.details : { [field]: error.message },
    reason: reason === 'own' ? error.reason : reason,
    retryAfter: error.retryAfterSeconds,
    malformed: malformed === true
  }
}

/** Errors of Fastify and Mercurius themselves. */
function describeForeign (error: AnyError): ClientError | null {
  const code = String(error.code)
  const status = statusOf(error, 500)
  if (status === 429) return { code: 'ThrottlingThresholdReachedError', message: error.message, status, malformed: true }
  // The client closed the connection during its request. Nobody reads the answer.
  if (code === 'ECONNRESET' && status === 400) return { code: 'ValidationError', message: invalid, status, details: { body: 'is incomplete' }, malformed: true }
  if (isUnavailable(error)) return unavailable
  if (code.startsWith('MER_ERR_GQL_')) return { code: 'ValidationError', message: error.message, status: 400 }
  // The body parser's own errors, one of which (a forbidden `__proto__`) has no code.
  const isUnreadableBody = code.startsWith('FST_ERR_CTP_') || error instanceof SyntaxError
  if (isUnreadableBody && status < 500) return { code: 'ValidationError', message: invalid, status, details: { body: error.message }, malformed: true }
  return null
}

/**
 * Describes an error that GraphQL itself found in the query, in the variables, or in the result of a resolver.
 */
export function describeGraphqlError (error: GraphQLError): ClientError {
  // Without a path, the error is in the request. With a path, only an invalid argument is the client's mistake; a
  // result that does not match its type is ours.
  if (error.path !== undefined && !error.message.startsWith('Argument "')) return internal
  return { code: 'ValidationError', message: shortened(error.message), status: 400 }
}

/**
 * Up to 50 messages about one variable each repeat its whole value, so a request of less than a megabyte could cause an answer
 * of 30. The name of the variable is at the beginning, and what is wrong at the end.
 */
function shortened (message: string): string {
  return message.length <= MAX_MESSAGE_LENGTH ? message : `${message.slice(0, MAX_MESSAGE_LENGTH / 2)} … ${message.slice(-MAX_MESSAGE_LENGTH / 2)}`
}

const MAX_MESSAGE_LENGTH = 1000

function statusOf ({ statusCode }: AnyError, otherwise: number): number {
  return typeof statusCode === 'number' ? statusCode : otherwise
}
