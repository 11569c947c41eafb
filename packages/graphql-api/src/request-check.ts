/**
 * Checks that a request is a well-formed GraphQL-over-HTTP request: its content type, its parameters, and that GET
 * contains only queries. Mercurius checks only part of this, and fails on the rest. The parameters of operations over a
 * WebSocket are checked in the same way.
 */
import { getOperationAST, GraphQLError, OperationTypeNode, parse, type DocumentNode, type OperationDefinitionNode } from 'graphql'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT, GRAPHQL_API_ERR_MALFORMED_REQUEST, GRAPHQL_API_ERR_METHOD_NOT_ALLOWED, GRAPHQL_API_ERR_PERSISTED_QUERY, GRAPHQL_API_ERR_UNSUPPORTED_MEDIA_TYPE } from './errors.js'

/** The parameters of a request after the check, as Mercurius expects them. */
export interface GraphqlParameters {
  query: string
  operationName?: string | null
  variables?: Record<string, unknown> | null
  extensions?: Record<string, unknown> | null
}

/** Query texts are cached, so long ones would fill the memory. The token limit is not enough: it ignores white space and comments. */
const MAX_QUERY_LENGTH = 100_000
/** The name becomes part of the cached text (see `marked`), so it is limited too. */
const OPERATION_NAME = /^[_A-Za-z][_0-9A-Za-z]{0,254}$/
/** Nobody needs deeper variables, and they would exhaust the stack of code that walks them. */
const MAX_VARIABLES_DEPTH = 50
/** For each mistake in an object, up to 50, GraphQL lists all its fields in a message: a second of CPU for 40,000. */
const MAX_FIELDS = 10_000
/** Of a list, its messages have only the first items. */
const LISTED_ITEMS = 10
const NO_NUL = 'must not contain NUL characters'
/** More mistakes would only make the answer and the log long. */
const MAX_REPORTED = 20

/** @throws GRAPHQL_API_ERR_UNSUPPORTED_MEDIA_TYPE unless the content type is JSON */
export function checkContentType (contentType: string | undefined): void {
  if (!/^application\/json\s*(?:;|$)/i.test(contentType ?? '')) throw new GRAPHQL_API_ERR_UNSUPPORTED_MEDIA_TYPE()
}

/**
 * Checks the body of a POST request, or what a client sends in its place over a WebSocket, and marks its query (see `marked`).
 *
 * @throws GRAPHQL_API_ERR_MALFORMED_REQUEST, GRAPHQL_API_ERR_PERSISTED_QUERY, GRAPHQL_API_ERR_INVALID_ARGUMENT
 */
export function checkBody (body: unknown): asserts body is GraphqlParameters {
  if (Array.isArray(body)) throw new GRAPHQL_API_ERR_MALFORMED_REQUEST({ body: 'must be a single request: batches are not supported' })
  if (!isObject(body)) throw new GRAPHQL_API_ERR_MALFORMED_REQUEST({ body: 'must be a JSON object with query and, if needed, variables and operationName' })
  checkParameters(body)
  body.query = marked(body)
}

/**
 * Checks the query string of a GET request, and marks its query (see `marked`). The variables remain JSON text.
 *
 * @param parseOptions how to parse the query. It is parsed twice, which is acceptable because GET is rare
 * @throws GRAPHQL_API_ERR_MALFORMED_REQUEST, GRAPHQL_API_ERR_PERSISTED_QUERY, GRAPHQL_API_ERR_INVALID_ARGUMENT, GRAPHQL_API_ERR_METHOD_NOT_ALLOWED, and GraphQL's own syntax error
 */
export function checkQueryString (queryString: Record<string, unknown>, parseOptions: { maxTokens: number }): void {
  for (const [name, text] of Object.entries(queryString)) {
    if (text === '') delete queryString[name]
  }
  const { query, operationName } = queryString
  const given = { query, operationName, variables: parseJson(queryString, 'variables'), extensions: parseJson(queryString, 'extensions') }
  checkParameters(given)
  checkOnlyAsks(given, parseOptions)
  queryString.query = marked(given)
}

function checkParameters (given: Record<string, unknown>): asserts given is Record<string, unknown> & GraphqlParameters {
  const details: Record<string, string> = {}
  const { query, operationName, variables, extensions } = given
  if (query === undefined || query === null || query === '') details.query = 'is required'
  else if (typeof query !== 'string') details.query = 'must be a string'
  else if (query.length > MAX_QUERY_LENGTH) details.query = `must be at most ${MAX_QUERY_LENGTH} characters long`
  // Some clients send an empty name instead of none.
  if (operationName === '') given.operationName = null
  else if (operationName != null && (typeof operationName !== 'string' || !OPERATION_NAME.test(operationName))) details.operationName = 'must be the name of an operation'
  if (variables != null && !isObject(variables)) details.variables = 'must be an object'
  if (extensions != null && !isObject(extensions)) details.extensions = 'must be an object'
  if (details.query === 'is required' && isObject(extensions) && isObject(extensions.persistedQuery)) throw new GRAPHQL_API_ERR_PERSISTED_QUERY()
  if (Object.keys(details).length > 0) throw new GRAPHQL_API_ERR_MALFORMED_REQUEST(details)
  if (isObject(variables)) checkVariables(variables)
}

/** Refuses NUL characters anywhere, because databases cannot store them and any argument may reach one. */
function checkVariables (variables: Record<string, unknown>): void {
  const details: Record<string, string> = {}
  let reported = 0
  for (const [name, value] of Object.entries(variables)) {
    const mistake = mistakeIn(value)
    if (mistake === null) continue
    details[name.replaceAll('\0', '')] = mistake
    if (++reported === MAX_REPORTED) break
  }
  if (Object.keys(details).length > 0) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT(details)
}

function mistakeIn (variable: unknown): string | null {
  const found = examine(variable, 0)
  return typeof found === 'string' ? found : null
}

/** @returns what is wrong with a value, or how many fields GraphQL would list in a message about it */
function examine (value: unknown, depth: number): string | number {
  if (typeof value === 'string') return value.includes('\0') ? NO_NUL : 0
  if (typeof value !== 'object' || value === null) return 0
  if (depth === MAX_VARIABLES_DEPTH) return `must not be nested deeper than ${MAX_VARIABLES_DEPTH} levels`
  const isList = Array.isArray(value)
  let fields = 0
  for (const [key, inner] of Object.entries(value)) {
    if (key.includes('\0')) return NO_NUL
    const found = examine(inner, depth + 1)
    if (typeof found === 'string') return found
    if (!isList) fields += 1 + found
    else if (Number(key) < LISTED_ITEMS) fields += found
    if (fields > MAX_FIELDS) return `must not be an object with more than ${MAX_FIELDS} fields, counting those of objects in it`
  }
  return fields
}

/**
 * The query with the operation's name appended as a comment, so that it becomes part of Mercurius' cache key. Without it,
 * Mercurius would compile one operation of a text and run it whatever name is requested. It also prevents a text that is
 * not GraphQL from being parsed as a JSON syntax tree, which Mercurius tries.
 */
function marked ({ query, operationName }: GraphqlParameters): string {
  return `${query}#${operationName ?? ''}`
}

/** The requested operation; `null` if there is none, which GraphQL itself refuses. */
export function operationOf ({ query, operationName }: GraphqlParameters, parseOptions: { maxTokens: number }): OperationDefinitionNode | null {
  try {
    return getOperationAST(parse(query, parseOptions), operationName) ?? null
  } catch {
    return null
  }
}

/** The requested operation of a document. @throws GraphQL's own error if there is none */
export function requestedOperation (document: DocumentNode, operationName: string | null | undefined): OperationDefinitionNode {
  const operation = getOperationAST(document, operationName)
  if (operation == null) throw new GraphQLError(operationName == null ? 'Must provide an operation, and its name if there are several.' : `Unknown operation named "${operationName}".`)
  return operation
}

function checkOnlyAsks ({ query, operationName }: GraphqlParameters, parseOptions: { maxTokens: number }): void {
  if (requestedOperation(parse(query, parseOptions), operationName).operation !== OperationTypeNode.QUERY) throw new GRAPHQL_API_ERR_METHOD_NOT_ALLOWED()
}

function parseJson (queryString: Record<string, unknown>, name: string): unknown {
  const text = queryString[name]
  if (text === undefined) return undefined
  try {
    return JSON.parse(text as string)
  } catch {
    throw new GRAPHQL_API_ERR_MALFORMED_REQUEST({ [name]: 'must be JSON' })
  }
}

/** Whether a body has valid GraphQL parameters; `checkBody` reports what is wrong if not. */
export function isParameters (body: unknown): body is GraphqlParameters {
  if (!isObject(body)) return false
  const { query, operationName } = body
  return typeof query === 'string' && query.length <= MAX_QUERY_LENGTH && (operationName == null || typeof operationName === 'string')
}

function isObject (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
