import type { FastifyInstance, FastifyRequest } from 'fastify'
import { parse, specifiedRules, validate, type GraphQLSchema } from 'graphql'
import { connectionCredentials, tokenIn, type ConnectionContext } from './connection-credentials.js'
import { documentRules } from './document-rules.js'
import { asClientError } from './error-format.js'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT } from './errors.js'
import { limitDefaults } from './options.js'
import { assertAffordable, costOf } from './query-cost.js'
import type { RequesterServices } from './requester.js'
import { assertViewed } from './view-as.js'

/** How a WebSocket is closed whose token has expired: the client connects anew, with another one. */
const EXPIRED = { code: 4401, reason: 'Token expired' } as const
/** The longest that a timer of Node's may be; whoever lasts longer is looked at again then. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** On the context of a connection: its socket, which Mercurius tells nobody but who makes the context. */
const socketOf = Symbol('socket')
/** What of a WebSocket matters here. */
interface Socket {
  close (code: number, reason: string): void
  once (event: 'close', listener: () => void): unknown
}

/** The connections that end with their token, each once. */
const ending = new WeakSet<Socket>()

/** What goes into Mercurius' option `subscription`, beside what the app has there. */
export interface RequiredSubscriptionOptions {
  readonly context: (socket: Socket, request: FastifyRequest) => Promise<object>
  readonly onConnect: (data: { readonly payload?: unknown }) => Promise<boolean>
}

/**
 * What an app gives Mercurius so that its subscriptions know who asks: the token comes with the `connection_init` message,
 * one that does not verify is refused there, and the connection is closed when it expires.
 *
 * @param app where `@latchkey/token-verifier` is registered, and `@latchkey/api-tokens` if the app has it
 * @example
 * await app.register(mercurius, { schema, resolvers, ...mercuriusOptions(), subscription: subscriptionOptions(app) })
 */
export function subscriptionOptions (app: FastifyInstance): RequiredSubscriptionOptions {
  return {
    context: async socket => ({ [socketOf]: socket }),
    onConnect: async ({ payload }) => {
      const token = tokenIn(payload)
      try {
        if (token?.startsWith('lk_') === true && app.hasDecorator('apiTokens')) await app.apiTokens.authenticate(token)
        else if (token !== null) await app.tokenVerifier.verify(app, token)
        return true
      } catch (error) {
        if (app.hasDecorator('activityLog')) app.activityLog.refusedBy(error)
        app.log.info({ reason: (error as { reason?: string }).reason, err: error }, 'A WebSocket was refused')
        return false
      }
    }
  }
}

/** Refuses a subscription that is to be somebody else's, and ends its connection with its token. */
export async function beginSubscription (context: object, services: RequesterServices): Promise<void> {
  try {
    assertViewed(context)
  } catch (error) {
    throw asClientError(error)
  }
  await endWithToken(context, services)
}

/** Ends a connection with its token, from its first operation on: before, there is nothing to end. */
async function endWithToken (context: object, services: RequesterServices): Promise<void> {
  const socket = (context as { [socketOf]?: Socket })[socketOf]
  if (socket === undefined || ending.has(socket)) return
  const identity = await connectionCredentials(services, context as ConnectionContext).identity().catch((error: unknown) => { throw asClientError(error) })
  if (identity === null) return
  ending.add(socket)
  let timer: NodeJS.Timeout
  const wait = (): void => {
    const left = identity.expiresAt * 1000 - Date.now()
    if (left <= 0) socket.close(EXPIRED.code, EXPIRED.reason)
    else timer = setTimeout(wait, Math.min(left, LONGEST_TIMER_MS)).unref()
  }
  wait()
  socket.once('close', () => { clearTimeout(timer) })
}

/** Refuses what GraphQL, or the limits of this API, refuse: Mercurius looks at neither for subscriptions. Each event may cost as much as a query. */
export function createSubscriptionCheck (maxCost: number): (schema: GraphQLSchema, query: string) => void {
  const { maxTokens, ...limits } = limitDefaults()
  const rules = [...specifiedRules, ...documentRules(limits)]
  return (schema, query) => {
    const document = parse(query, { maxTokens })
    const mistakes = validate(schema, document, rules)
    if (mistakes.length > 0) throw asClientError(new GRAPHQL_API_ERR_INVALID_ARGUMENT({ query: mistakes.map(({ message }) => message).join(' ') }))
    try {
      assertAffordable(costOf(schema, document, {}), maxCost)
    } catch (error) {
      throw asClientError(error)
    }
  }
}
