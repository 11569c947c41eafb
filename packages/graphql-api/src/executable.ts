import type { DocumentNode, GraphQLSchema } from 'graphql'
import { isOfConnection, type ConnectionContext } from './connection-credentials.js'
import { assertGuarded } from './guarded-socket.js'
import { assertAffordable, costOf } from './query-cost.js'
import { assertViewed } from './view-as.js'

/**
 * Decides whether an operation may be executed. Each event of a subscription may cost as much as a query.
 *
 * @throws GRAPHQL_API_ERR_INVALID_ARGUMENT
 */
export function assertExecutable (context: object, schema: GraphQLSchema, document: DocumentNode, variables: Readonly<Record<string, unknown>>, maxCost: number): void {
  if (isOfConnection(context)) assertGuarded((context as ConnectionContext).request)
  assertViewed(context)
  assertAffordable(costOf(schema, document, variables), maxCost)
}
