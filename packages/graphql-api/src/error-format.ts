import { GraphQLError, type ExecutionResult, type GraphQLFormattedError } from 'graphql'
import type { MercuriusContext } from 'mercurius'
import { describeError, describeGraphqlError, type ClientError } from './error-codes.js'
import { responseMediaType } from './response-media-type.js'
import { viewedAs } from './view-as.js'

/** An error as sent to clients: the code is at the top level for older clients, and in `extensions` as GraphQL specifies. */
export interface FormattedError extends GraphQLFormattedError {
  readonly code: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** The response that Mercurius sends for an execution with errors. */
export interface FormattedResponse {
  readonly statusCode: number
  readonly response: { readonly data?: ExecutionResult['data'], readonly errors: readonly FormattedError[] }
}

/** One error: what was thrown, where in the query, and its description for clients. */
interface Found {
  readonly thrown: unknown
  readonly located: GraphQLError | null
  readonly client: ClientError
}

/**
 * Mercurius' `errorFormatter`. Gives every error its shape and code, logs it, and chooses the status. It receives both
 * errors thrown by fields and errors that ended the request before anything was executed.
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

/** Formats an error where Mercurius does not, and logs it: when an operation over a WebSocket starts. */
export function asClientError (thrown: unknown, context: MercuriusContext, path?: readonly (string | number)[]): GraphQLError {
  const found = [{ thrown, located: null, client: describeError(thrown) }]
  logErrors(found, context)
  countRefusals(found, context)
  const [formatted] = found.map(format)
  const { message, extensions } = formatted as FormattedError
  // With a path, GraphQL leaves the error as it is.
  const error = new GraphQLError(message, { path, extensions })
  return Object.defineProperty(error, 'toJSON', { value: () => ({ ...formatted, ...path !== undefined && { path } }) })
}

function refusal (found: readonly Found[], errors: readonly FormattedError[], { reply }: Partial<MercuriusContext>): FormattedResponse {
  const first = found[0]
  const mediaType = responseMediaType(reply?.request.headers.accept)
  const isJson = mediaType === 'application/json'
  const statusCode = isJson && first?.client.malformed !== true ? 200 : first?.client.status ?? 500
  if (reply !== undefined) {
    // Fastify removes the content type when a reply becomes an error.
    reply.header('content-type', `${mediaType}; charset=utf-8`)
    if (statusCode !== 200) reply.headers(headersOf(first?.thrown))
  }
  // Older clients expect `data: null`; the newer media type omits it, as specified.
  return { statusCode, response: isJson ? { data: null, errors } : { errors } }
}

function find (error: GraphQLError): Found[] {
  const original = error.originalError as (Error & { errors?: unknown, code?: string }) | undefined
  if (Array.isArray(original?.errors)) return (original.errors as unknown[]).map(findRefusal)
  const isGraphqls = original === undefined || (original instanceof GraphQLError && original.extensions.code === undefined)
  if (isGraphqls) return [{ thrown: error, located: error, client: describeGraphqlError(error) }]
  return [{ thrown: original, located: error, client: describeError(original) }]
}

/** An error that Mercurius found while it parsed and validated a query. */
function findRefusal (error: unknown): Found {
  if (error instanceof GraphQLError) return { thrown: error, located: error, client: describeGraphqlError(error) }
  const client = describeError(error)
  // The parser may exceed the stack on a query that is nested too deeply, which is the client's mistake.
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
    // Two fields may have failed with the same promise.
    if (seen.has(thrown)) continue
    seen.add(thrown)
    const path = located?.path?.join('.')
    if (client.code === 'InternalError') log?.error({ err: thrown, path }, 'A GraphQL request failed unexpectedly')
    else if (client.status >= 500) log?.warn({ err: thrown, code: client.code, path }, 'A GraphQL request failed because another service is unavailable')
    // The message is not logged: GraphQL's own messages repeat input, which may be a password.
    else log?.info({ code: client.code, reason: client.reason, details: client.details, ...reasonsOf(thrown), path }, 'A GraphQL request was refused')
  }
}

/** Counts each reason once per request. Requests with view-as are not counted. */
function countRefusals (found: readonly Found[], { app, reply }: Partial<MercuriusContext>): void {
  if (reply !== undefined && viewedAs(reply.request) !== undefined) return
  if (app?.hasDecorator('activityLog') === true) app.activityLog.refusedBy(...found.map(({ thrown }) => thrown))
}

/** Also sets the header, whatever the status, for proxies, which do not read bodies. */
function sayWhenToRetry (found: readonly Found[], { reply }: Partial<MercuriusContext>): void {
  const times = found.flatMap(({ client }) => client.retryAfter ?? [])
  if (times.length > 0) reply?.header('retry-after', Math.max(...times))
}

/** The reason and the remedy, for the log. */
function reasonsOf (thrown: unknown): { hint?: string | undefined, explanation?: unknown } {
  const { hint, explanation } = thrown as { hint?: string, explanation?: unknown }
  return { hint, explanation }
}

function headersOf (thrown: unknown): Record<string, string> {
  return (thrown as { headers?: Record<string, string> } | undefined)?.headers ?? {}
}
