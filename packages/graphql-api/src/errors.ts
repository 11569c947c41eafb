import { createError } from '@fastify/error'

/** The reason for each invalid argument or part of the request. Never contains the submitted values. */
export type Details = Readonly<Record<string, string>>

/** The plugin was registered with invalid options; the message names them. */
export const GRAPHQL_API_ERR_INVALID_OPTIONS = createError<[string]>('GRAPHQL_API_ERR_INVALID_OPTIONS', 'Invalid GraphQL API options: %s')

/** The request is not a well-formed GraphQL-over-HTTP request; `details` says which part is wrong. */
export class GRAPHQL_API_ERR_MALFORMED_REQUEST extends createError('GRAPHQL_API_ERR_MALFORMED_REQUEST', 'The request is invalid.', 400) {
  readonly details: Details

  constructor (details: Details) {
    super()
    this.details = details
  }
}

/** The request has the hash of a persisted query and no query. Clients compare this message, and send the query instead. */
export const GRAPHQL_API_ERR_PERSISTED_QUERY = createError('GRAPHQL_API_ERR_PERSISTED_QUERY', 'PersistedQueryNotSupported', 400)

/** A GET request contains a mutation or subscription. */
export class GRAPHQL_API_ERR_METHOD_NOT_ALLOWED extends createError('GRAPHQL_API_ERR_METHOD_NOT_ALLOWED', 'The request is invalid.', 405) {
  readonly details: Details = { method: 'must be POST, because GET supports only queries' }
  /** The headers that Fastify sends with the error (RFC 9110 §15.5.6). */
  readonly headers = { allow: 'POST' }
}

/** The content type is not JSON. Browsers send the other types to any site without a preflight request. */
export class GRAPHQL_API_ERR_UNSUPPORTED_MEDIA_TYPE extends createError('GRAPHQL_API_ERR_UNSUPPORTED_MEDIA_TYPE', 'The request is invalid.', 415) {
  readonly details: Details = { 'content-type': 'must be application/json' }
}

/** A WebSocket has too many open operations. */
export const GRAPHQL_API_ERR_TOO_MANY_OPERATIONS = createError('GRAPHQL_API_ERR_TOO_MANY_OPERATIONS', 'This connection has 100 open operations already. Complete some of them, or use another connection.', 429)

/** An argument is invalid in a way that its type cannot express; `details` says which. */
export class GRAPHQL_API_ERR_INVALID_ARGUMENT extends createError('GRAPHQL_API_ERR_INVALID_ARGUMENT', 'The request is invalid.', 400) {
  readonly details: Details

  constructor (details: Details) {
    super()
    this.details = details
  }
}

/** The requester lacks a permission; `details` names it. */
export class GRAPHQL_API_ERR_NOT_AUTHORIZED extends createError('GRAPHQL_API_ERR_NOT_AUTHORIZED', 'Not Authorized', 403) {
  readonly details: { readonly resource: string, readonly action: string, readonly field?: string, readonly roles?: readonly string[] }
  /** For the log: what to do about it. */
  readonly hint: string | undefined

  /** @param because the field concerned, the roles that lack the permission, and what to do about it */
  constructor (resource: string, action: string, because: { readonly field?: string, readonly roles?: readonly string[], readonly hint: string } | null = null) {
    super()
    this.details = { resource, action, ...because?.field !== undefined && { field: because.field }, ...because?.roles !== undefined && { roles: because.roles } }
    this.hint = because?.hint
  }
}

/** A user tried to remove the last account with which they can sign in. */
export const GRAPHQL_API_ERR_LAST_IDENTITY = createError('GRAPHQL_API_ERR_LAST_IDENTITY', 'This is the last account with which you can sign in. Link another one first (userIdentityLink), or ask an administrator to remove it.', 409)

/** Changing one's own linked accounts needs a recent sign-in, so that a stolen token cannot be turned into permanent access. */
export const GRAPHQL_API_ERR_SIGN_IN_TOO_OLD = createError('GRAPHQL_API_ERR_SIGN_IN_TOO_OLD', 'Your sign-in is older than 15 minutes. Sign in again to link or remove one of your accounts.', 403)

/** An ID token that was passed as an argument is refused; `reason` is one word, as for a request's own token, or `expired`. */
export class GRAPHQL_API_ERR_UNFIT_ID_TOKEN extends createError('GRAPHQL_API_ERR_UNFIT_ID_TOKEN', 'The request is invalid.', 400) {
  readonly details: Details
  readonly reason: string

  constructor (reason: string, why: string) {
    super()
    this.reason = reason
    this.details = { idToken: why }
  }
}

/** The record is no longer as the client read it, so the change could overwrite somebody else's. */
export const GRAPHQL_API_ERR_RECORD_CHANGED = createError('GRAPHQL_API_ERR_RECORD_CHANGED', 'The record has changed since you read it. Read it again, then repeat the change with its new updatedAt, or without expectedUpdatedAt to overwrite it.', 409)

/** There is no such record, or the requester cannot read it. */
export const GRAPHQL_API_ERR_NOT_FOUND = createError<[string]>('GRAPHQL_API_ERR_NOT_FOUND', '%s not found', 404)
