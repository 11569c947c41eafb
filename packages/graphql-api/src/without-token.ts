import { Kind, OperationTypeNode } from 'graphql'
import { operationOf, type GraphqlParameters } from './request-check.js'

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
export function needsNoToken (parameters: GraphqlParameters, parseOptions: { maxTokens: number }): boolean {
  const operation = operationOf(parameters, parseOptions)
  if (operation?.operation !== OperationTypeNode.MUTATION) return false
  return operation.selectionSet.selections.every(selection =>
    selection.kind === Kind.FIELD && (mutationsWithoutToken as readonly string[]).includes(selection.name.value))
}
