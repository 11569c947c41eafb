import type { TypedDocumentString } from '../graphql/graphql'
import { currentSession, endSession, renew } from '../session/session'
import { ApiError, UnreachableError, type GraphQLProblem } from './api-error'

interface Answer<Result> {
  data?: Result | null
  errors?: GraphQLProblem[]
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
  const text = document.toString()
  const idToken = currentSession()?.idToken ?? null
  let answer = await send<Result>(text, variables, idToken)
  if (idToken !== null && answer.errors?.[0]?.code === 'TokenExpiredError') {
    const renewed = await renew()
    if (renewed !== null) answer = await send<Result>(text, variables, renewed)
  }
  const problem = answer.errors?.find(({ path = [] }) => path.length <= 1)
  if (problem !== undefined) {
    const error = new ApiError(problem)
    if (idToken !== null && ended.has(error.code)) await endSession('refused')
    throw error
  }
  if (answer.data == null) throw new UnreachableError('The server answered without data.')
  return answer.data
}

async function send<Result> (query: string, variables: unknown, idToken: string | null): Promise<Answer<Result>> {
  let response: Response
  try {
    response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...idToken !== null && { authorization: `Bearer ${idToken}` } },
      body: JSON.stringify({ query, variables })
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
