import { getVariableValues, parse, specifiedRules, validate, type GraphQLSchema, type ValidationRule } from 'graphql'
import { checkBody, requestedOperation, type GraphqlParameters } from './request-check.js'

/**
 * Checks an operation that came over a WebSocket as a request over HTTP is checked before it is executed: its parameters,
 * its query and the values of its variables. Over HTTP, Mercurius does the last two.
 *
 * @param payload what a client would send as the body of a request; its query is marked (see `checkBody`)
 * @throws what `checkBody` throws, and GraphQL's own error
 * @returns the mistakes that GraphQL found
 */
export type CheckOperation = (schema: GraphQLSchema, payload: unknown) => readonly Error[]

export function createOperationCheck (parseOptions: { maxTokens: number }, validationRules: readonly ValidationRule[]): CheckOperation {
  const rules = [...specifiedRules, ...validationRules]
  return (schema, payload) => {
    checkBody(payload)
    const { query, operationName, variables } = payload as GraphqlParameters
    const document = parse(query, parseOptions)
    const mistakes = validate(schema, document, rules)
    if (mistakes.length > 0) return mistakes
    const { variableDefinitions = [] } = requestedOperation(document, operationName)
    return getVariableValues(schema, variableDefinitions, variables ?? {}, { maxErrors: 50 }).errors ?? []
  }
}
