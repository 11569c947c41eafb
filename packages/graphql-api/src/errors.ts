import { createError } from '@fastify/error'

/** What is wrong, by the argument or part of the request it is wrong with; no value is repeated. */
export type Details = Readonly<Record<string, string>>

/** The plugin was registered with options that do not fit; the message names them. */
export const GRAPHQL_API_ERR_INVALID_OPTIONS = createError<[string]>('GRAPHQL_API_ERR_INVALID_OPTIONS', 'Invalid GraphQL API options: %s')

/** The request is no well-formed GraphQL-over-HTTP request; `details` says which part of it. */
export class GRAPHQL_API_ERR_MALFORMED_REQUEST extends createError('GRAPHQL_API_ERR_MALFORMED_REQUEST', 'The request is invalid.', 400) {
  readonly details: Details

  constructor (details: Details) {
    super()
    this.details = details
  }
}

/** Mutations and subscriptions are not run by GET. */
export class GRAPHQL_API_ERR_METHOD_NOT_ALLOWED extends createError('GRAPHQL_API_ERR_METHOD_NOT_ALLOWED', 'The request is invalid.', 405) {
  readonly details: Details = { method: 'must be POST: only queries are answered by GET' }
  /** What Fastify sends with the error (RFC 9110 §15.5.6). */
  readonly headers = { allow: 'POST' }
}

/** The body is not said to be JSON. A browser sends the other types without asking first, to any site. */
export class GRAPHQL_API_ERR_UNSUPPORTED_MEDIA_TYPE extends createError('GRAPHQL_API_ERR_UNSUPPORTED_MEDIA_TYPE', 'The request is invalid.', 415) {
  readonly details: Details = { 'content-type': 'must be application/json' }
}

/** An argument does not fit in a way that its type cannot say; `details` says which. */
export class GRAPHQL_API_ERR_INVALID_ARGUMENT extends createError('GRAPHQL_API_ERR_INVALID_ARGUMENT', 'The request is invalid.', 400) {
  readonly details: Details

  constructor (details: Details) {
    super()
    this.details = details
  }
}

/** Whoever asks may not do this; `details` names what was missing. */
export class GRAPHQL_API_ERR_NOT_AUTHORIZED extends createError('GRAPHQL_API_ERR_NOT_AUTHORIZED', 'Not Authorized', 403) {
  readonly details: { readonly resource: string, readonly action: string, readonly field?: string, readonly roles?: readonly string[] }
  /** For the log: what to change. */
  readonly hint: string | undefined

  /** @param because the field that it was about, the roles that lack it, and what to change */
  constructor (resource: string, action: string, because: { readonly field?: string, readonly roles?: readonly string[], readonly hint: string } | null = null) {
    super()
    this.details = { resource, action, ...because?.field !== undefined && { field: because.field }, ...because?.roles !== undefined && { roles: because.roles } }
    this.hint = because?.hint
  }
}

/** It is the last identity by which a user can sign in, who would remove it themselves. */
export const GRAPHQL_API_ERR_LAST_IDENTITY = createError('GRAPHQL_API_ERR_LAST_IDENTITY', 'This is the last account by which you can sign in: link another one first (userIdentityLink), or have an administrator remove it', 409)

/** Whoever has a token of somebody's must not make more of it than it is: what changes by what a user signs in asks for a recent sign-in. */
export const GRAPHQL_API_ERR_SIGN_IN_TOO_OLD = createError('GRAPHQL_API_ERR_SIGN_IN_TOO_OLD', 'Your sign-in is older than 15 minutes: sign in again to link or remove an account of yours', 403)

/** The ID token in an argument, which is not that of the request, is refused; `reason` says why in one word, as for a request's own, or `expired`. */
export class GRAPHQL_API_ERR_UNFIT_ID_TOKEN extends createError('GRAPHQL_API_ERR_UNFIT_ID_TOKEN', 'The request is invalid.', 400) {
  readonly details: Details
  readonly reason: string

  constructor (reason: string, why: string) {
    super()
    this.reason = reason
    this.details = { idToken: why }
  }
}

/** There is no such record, or none that whoever asks may read. */
export const GRAPHQL_API_ERR_NOT_FOUND = createError<[string]>('GRAPHQL_API_ERR_NOT_FOUND', '%s not found', 404)
