import { GraphQLError, type ExecutionResult, type GraphQLFormattedError } from 'graphql'
import type { MercuriusContext } from 'mercurius'
import { describeError, describeGraphqlError, type ClientError } from './error-codes.js'
import { responseMediaType } from './response-media-type.js'
import { viewedAs } from './view-as.js'

/** An error as clients get it: the code at the top level for older ones, and in `extensions` as GraphQL has it. */
export interface FormattedError extends GraphQLFormattedError {
  readonly code: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** What Mercurius sends for an execution with errors. */
export interface FormattedResponse {
  readonly statusCode: number
  readonly response: { readonly data?: ExecutionResult['data'], readonly errors: readonly FormattedError[] }
}

/** One error: what was thrown, where in the query, and what is said of it. */
interface Found {
  readonly thrown: unknown
  readonly located: GraphQLError | null
  readonly client: ClientError
}

/**
 * Mercurius' `errorFormatter`: gives every error the shape and codes that clients know, logs what nobody foresaw,
 * and chooses the status. It sees both what fields threw and what ended the request before anything ran.
 */
export function formatErrors (execution: ExecutionResult, context: MercuriusContext): FormattedResponse {
  const found = (execution.errors ?? []).flatMap(find)
  logErrors(found, context)
  countRefusals(found, context)
  sayWhenToRetry(found, context)
  const errors = found.map(format)
  // Without `data` nothing was executed (GraphQL §7.1.2).
  if (execution.data !== undefined) return { statusCode: 200, response: { data: execution.data, errors } }
  return refusal(found, errors, context)
}

/** What a client is told where Mercurius formats nothing: when a subscription begins. */
export function asClientError (thrown: unknown): GraphQLError {
  const { code, message, details, reason } = describeError(thrown)
  return new GraphQLError(message, { extensions: { code, ...details !== undefined && { details }, ...reason !== undefined && { reason } } })
}

function refusal (found: readonly Found[], errors: readonly FormattedError[], { reply }: Partial<MercuriusContext>): FormattedResponse {
  const first = found[0]
  const mediaType = responseMediaType(reply?.request.headers.accept)
  const isJson = mediaType === 'application/json'
  const statusCode = isJson && first?.client.malformed !== true ? 200 : first?.client.status ?? 500
  if (reply !== undefined) {
    // Fastify takes the type away from a reply that becomes an error.
    reply.header('content-type', `${mediaType}; charset=utf-8`)
    if (statusCode !== 200) reply.headers(headersOf(first?.thrown))
  }
  // Older clients look for `data: null`; the newer media type leaves it out, as the specification has it.
  return { statusCode, response: isJson ? { data: null, errors } : { errors } }
}

function find (error: GraphQLError): Found[] {
  const original = error.originalError as (Error & { errors?: unknown, code?: string }) | undefined
  if (Array.isArray(original?.errors)) return (original.errors as unknown[]).map(findRefusal)
  const isGraphqls = original === undefined || (original instanceof GraphQLError && original.extensions.code === undefined)
  if (isGraphqls) return [{ thrown: error, located: error, client: describeGraphqlError(error) }]
  return [{ thrown: original, located: error, client: describeError(original) }]
}

/** Something that Mercurius collected while it parsed and validated a query. */
function findRefusal (error: unknown): Found {
  if (error instanceof GraphQLError) return { thrown: error, located: error, client: describeGraphqlError(error) }
  const client = describeError(error)
  // Its parser may run out of stack on a text that is nested too deeply, which is the client's doing.
  if (client.code === 'InternalError') return { thrown: error, located: null, client: { code: 'ValidationError', message: 'The request is invalid.', status: 400 } }
  return { thrown: error, located: null, client }
}

function format ({ located, client }: Found): FormattedError {
  const { code, message, details, reason, retryAfter, extensions } = client
  return {
    message,
    code,
    ...located?.path !== undefined && { path: located.path },
    ...located?.locations !== undefined && { locations: located.locations },
    ...details !== undefined && { details },
    extensions: { ...extensions, code, ...details !== undefined && { details }, ...reason !== undefined && { reason }, ...retryAfter !== undefined && { retryAfter } }
  }
}

function logErrors (found: readonly Found[], { reply, app }: Partial<MercuriusContext>): void {
  const log = reply?.request.log ?? app?.log
  const seen = new Set<unknown>()
  for (const { thrown, located, client } of found) {
    // Two fields may have waited for the same promise.
    if (seen.has(thrown)) continue
    seen.add(thrown)
    const path = located?.path?.join('.')
    if (client.code === 'InternalError') log?.error({ err: thrown, path }, 'A GraphQL request failed unexpectedly')
    else if (client.status >= 500) log?.warn({ err: thrown, code: client.code, path }, 'A GraphQL request failed for want of another service')
    // Not the message: GraphQL's own repeat what the client sent, which may be a password.
    else log?.info({ code: client.code, reason: client.reason, details: client.details, ...reasonsOf(thrown), path }, 'A GraphQL request was refused')
  }
}

/** A query that is refused at many fields is refused once, and one as somebody else is nobody's. */
function countRefusals (found: readonly Found[], { app, reply }: Partial<MercuriusContext>): void {
  if (reply !== undefined && viewedAs(reply.request) !== undefined) return
  if (app?.hasDecorator('activityLog') === true) app.activityLog.refusedBy(...found.map(({ thrown }) => thrown))
}

/** By the header too, whatever the status: what stands before the app, and fetches for clients, reads no bodies. */
function sayWhenToRetry (found: readonly Found[], { reply }: Partial<MercuriusContext>): void {
  const times = found.flatMap(({ client }) => client.retryAfter ?? [])
  if (times.length > 0) reply?.header('retry-after', Math.max(...times))
}

/** Why, and what to change: for whoever reads the log. */
function reasonsOf (thrown: unknown): { hint?: string | undefined, explanation?: unknown } {
  const { hint, explanation } = thrown as { hint?: string, explanation?: unknown }
  return { hint, explanation }
}

function headersOf (thrown: unknown): Record<string, string> {
  return (thrown as { headers?: Record<string, string> } | undefined)?.headers ?? {}
}
