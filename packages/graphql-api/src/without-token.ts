import { getOperationAST, Kind, OperationTypeNode, parse } from 'graphql'
import type { GraphqlParameters } from './request-check.js'

/** The mutations by which somebody gets a token: whatever token comes with them says nothing. */
export const mutationsWithoutToken = [
  'userSignUpWithPassword', 'userLogin', 'userRefreshToken', 'userPasswordForgot', 'userPasswordForgotConfirm',
  'userChangePassword', 'userVerificationEmailResend', 'userVerificationEmailConfirm'
] as const

/**
 * Whether a request asks for nothing but these mutations. Clients send the token they have with everything, and so
 * the expired one with the request that refreshes it.
 *
 * @param parseOptions how to parse the query: this is only asked for a token that was refused
 */
export function needsNoToken ({ query, operationName }: GraphqlParameters, parseOptions: { maxTokens: number }): boolean {
  const operation = operationOf(query, operationName, parseOptions)
  if (operation?.operation !== OperationTypeNode.MUTATION) return false
  return operation.selectionSet.selections.every(selection =>
    selection.kind === Kind.FIELD && (mutationsWithoutToken as readonly string[]).includes(selection.name.value))
}

function operationOf (query: string, operationName: string | null | undefined, parseOptions: { maxTokens: number }) {
  try {
    return getOperationAST(parse(query, parseOptions), operationName)
  } catch {
    return null
  }
}
