import type { TypedDocumentString } from '../graphql/graphql'
import { currentSession, endSession, renew } from '../session/session'
import { ApiError, UnreachableError, type GraphQLProblem } from './api-error'

/** What the API answers: what was asked for, as far as it was given, and what of it was refused. */
export interface Answer<Result> {
  data?: Result | null
  errors?: GraphQLProblem[]
}

/** Whom the API is to answer instead of oneself: see packages/graphql-api. */
export type ViewedAs = { userId: string } | { apiTokenId: string } | { roleIds: string[] } | { guest: true }

/** What is sent to it. */
export interface Operation {
  query: string
  variables?: unknown
  operationName?: string | undefined
}

/** Refusals after which only signing in again helps. */
const ended = new Set(['TokenExpiredError', 'InvalidTokenError'])

/**
 * Sends one operation to the API. A token that has expired is renewed once; where that cannot be, the session ends.
 * What is refused deeper in the answer is null there.
 *
 * @throws ApiError, UnreachableError
 */
export async function ask<Result, Variables> (document: TypedDocumentString<Result, Variables>, ...[variables]: [Variables] extends [Record<string, never>] ? [] : [Variables]): Promise<Result> {
  return resultOf(await send<Result>({ query: document.toString(), variables }, null))
}

/**
 * Asks as somebody else would be answered, or as oneself.
 *
 * @throws ApiError, UnreachableError
 */
export async function askAs<Result, Variables> (viewedAs: ViewedAs | null, document: TypedDocumentString<Result, Variables>, variables: Variables): Promise<Result> {
  return resultOf(await send<Result>({ query: document.toString(), variables }, viewedAs))
}

/** Sends an operation, and gives the answer as it is. @throws UnreachableError */
export async function send<Result> (operation: Operation, viewedAs: ViewedAs | null): Promise<Answer<Result>> {
  const idToken = currentSession()?.idToken ?? null
  let answer = await post<Result>(operation, idToken, viewedAs)
  if (idToken !== null && refusalOfToken(answer) === 'TokenExpiredError') {
    const renewed = await renew()
    if (renewed !== null) answer = await post<Result>(operation, renewed, viewedAs)
  }
  if (idToken !== null && ended.has(refusalOfToken(answer) ?? '')) await endSession('refused')
  return answer
}

function resultOf<Result> ({ data, errors }: Answer<Result>): Result {
  const problem = errors?.find(isOfAll)
  if (problem !== undefined) throw new ApiError(problem)
  if (data == null) throw new UnreachableError('The server answered without data.')
  return data
}

/** Why nothing was asked for at all; what has a path is about what was asked, such as another token. */
function refusalOfToken ({ errors = [] }: Answer<unknown>): string | null {
  const problem = errors.find(({ path = [] }) => path.length === 0)
  return problem === undefined ? null : new ApiError(problem).code
}

/** Whether it is about all that was asked for, or a whole field of the query. */
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
    throw new UnreachableError('The server could not be reached.', { cause })
  }
  try {
    return await response.json() as Answer<Result>
  } catch (cause) {
    throw new UnreachableError(`The server answered ${response.status}.`, { cause })
  }
}
