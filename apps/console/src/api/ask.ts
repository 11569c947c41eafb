import type { TypedDocumentString } from '../graphql/graphql'
import { currentSession, endSession, renew } from '../session/session'
import { signedInAgain } from '../session/sign-in-again'
import { ApiError, UnreachableError, type GraphQLProblem } from './api-error'

/** A GraphQL response: the data, possibly partial, and the errors. */
export interface Answer<Result> {
  data?: Result | null
  errors?: GraphQLProblem[]
}

/** The subject that the API answers as, instead of the signed-in user: see packages/graphql-api. */
export type ViewedAs = { userId: string } | { apiTokenId: string } | { roleIds: string[] } | { guest: true }

/** One GraphQL request. */
export interface Operation {
  query: string
  variables?: unknown
  operationName?: string | undefined
}

/** Error codes after which only signing in again helps. */
const ended = new Set(['TokenExpiredError', 'InvalidTokenError'])

/**
 * Sends one operation to the API. An expired token is renewed once. If the provider refuses that, the session ends: an open
 * page waits until the user has signed in again, and then sends the operation again.
 * Nested fields that the API refuses are null in the result.
 *
 * @throws ApiError, UnreachableError
 */
export async function ask<Result, Variables> (document: TypedDocumentString<Result, Variables>, ...[variables]: [Variables] extends [Record<string, never>] ? [] : [Variables]): Promise<Result> {
  return resultOf(await send<Result>({ query: document.toString(), variables }, null))
}

/**
 * Sends one operation as another subject, or as the signed-in user if `viewedAs` is null.
 *
 * @throws ApiError, UnreachableError
 */
export async function askAs<Result, Variables> (viewedAs: ViewedAs | null, document: TypedDocumentString<Result, Variables>, variables: Variables): Promise<Result> {
  return resultOf(await send<Result>({ query: document.toString(), variables }, viewedAs))
}

/** Sends an operation and returns the whole response, errors included. @throws UnreachableError */
export async function send<Result> (operation: Operation, viewedAs: ViewedAs | null): Promise<Answer<Result>> {
  let idToken = currentSession()?.idToken ?? null
  let answer = await post<Result>(operation, idToken, viewedAs)
  if (idToken !== null && refusalOfToken(answer) === 'TokenExpiredError') {
    const renewed = await renewedToken()
    if (renewed !== null) answer = await post<Result>(operation, idToken = renewed, viewedAs)
  }
  if (idToken !== null && isEnd(answer)) {
    const again = await signedInAgain(idToken)
    if (again !== null) answer = await post<Result>(operation, again, viewedAs)
    if (isEnd(answer)) await endSession('refused')
  }
  return answer
}

async function renewedToken (): Promise<string | null> {
  try {
    return await renew()
  } catch (cause) {
    throw new UnreachableError(`Your session must be renewed, but ${currentSession()?.profile.name ?? 'the provider'} could not be reached or isn't working. You are still signed in. Try again in a moment.`, { cause })
  }
}

function resultOf<Result> ({ data, errors }: Answer<Result>): Result {
  const problem = errors?.find(isOfAll)
  if (problem !== undefined) throw new ApiError(problem)
  if (data == null) throw new UnreachableError('The server returned no data.')
  return data
}

/** The error code if the request's own token was refused. An error with a path is about the query, such as a token passed as an argument. */
function refusalOfToken ({ errors = [] }: Answer<unknown>): string | null {
  const problem = errors.find(({ path = [] }) => path.length === 0)
  return problem === undefined ? null : new ApiError(problem).code
}

/** Whether only signing in again helps. */
function isEnd (answer: Answer<unknown>): boolean {
  return ended.has(refusalOfToken(answer) ?? '')
}

/** Whether an error is about the whole request, or a top-level field. */
function isOfAll ({ path = [] }: GraphQLProblem): boolean {
  return path.length <= 1
}

async function post<Result> (operation: Operation, idToken: string | null, viewedAs: ViewedAs | null): Promise<Answer<Result>> {
  let response: Response
  try {
    response = await fetch('/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...idToken !== null && { authorization: `Bearer ${idToken}` },
        ...viewedAs !== null && { 'latchkey-view-as': JSON.stringify(viewedAs) }
      },
      body: JSON.stringify(operation)
    })
  } catch (cause) {
    throw new UnreachableError('The server could not be reached. Check that it is running, then try again.', { cause })
  }
  try {
    return await response.json() as Answer<Result>
  } catch (cause) {
    throw new UnreachableError(`The server returned an unexpected response (status ${response.status}).`, { cause })
  }
}
