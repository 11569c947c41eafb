import { Kind, OperationTypeNode } from 'graphql'
import { operationOf, type GraphqlParameters } from './request-check.js'

/** The mutations with which people get a token. A token sent with them is ignored. */
export const mutationsWithoutToken = [
  'userSignUpWithPassword', 'userLogin', 'userRefreshToken', 'userPasswordForgot', 'userPasswordForgotConfirm',
  'userChangePassword', 'userVerificationEmailResend', 'userVerificationEmailConfirm'
] as const

/**
 * Whether a request contains only these mutations. Clients send their current token with every request, so the request
 * that refreshes it comes with the expired one.
 *
 * @param parseOptions how to parse the query; needed only after a token was refused
 */
export function needsNoToken (parameters: GraphqlParameters, parseOptions: { maxTokens: number }): boolean {
  const operation = operationOf(parameters, parseOptions)
  if (operation?.operation !== OperationTypeNode.MUTATION) return false
  return operation.selectionSet.selections.every(selection =>
    selection.kind === Kind.FIELD && (mutationsWithoutToken as readonly string[]).includes(selection.name.value))
}
