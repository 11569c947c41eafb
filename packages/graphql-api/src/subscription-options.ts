import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { DocumentNode, GraphQLSchema } from 'graphql'
import type { MercuriusContext } from 'mercurius'
import { connectionCredentials, tokenIn, type ConnectionContext } from './connection-credentials.js'
import { asClientError } from './error-format.js'
import { assertExecutable } from './executable.js'
import { variablesOf } from './guarded-socket.js'
import type { RequesterServices } from './requester.js'

/** How a WebSocket is closed when its token expires. The client reconnects with a new token. */
const EXPIRED = { code: 4401, reason: 'Token expired' } as const
/** The longest possible timer in Node. For tokens that live longer, the timer is set again. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Stores the socket on the context of a connection. Mercurius passes it only to the `context` function. */
const socketOf = Symbol('socket')
/** The part of a WebSocket that is used here. */
interface Socket {
  close (code: number, reason: string): void
  once (event: 'close', listener: () => void): unknown
}

/** The connections that already have a timer to end with their token. */
const ending = new WeakSet<Socket>()

/** The fields for Mercurius' option `subscription`, in addition to the app's own. */
export interface RequiredSubscriptionOptions {
  readonly context: (socket: Socket, request: FastifyRequest) => Promise<object>
  readonly onConnect: (data: { readonly payload?: unknown }) => Promise<boolean>
}

/**
 * The options that authenticate an app's subscriptions. The token comes with the `connection_init` message; an invalid one is
 * refused, and the connection is closed when the token expires.
 *
 * @param app the instance where `@latchkey/auth-profiles` is registered, and `@latchkey/api-tokens` if the app has it
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
        else if (token !== null) {
          await app.authProfiles.refresh()
          await app.tokenVerifier.verify(app, token)
        }
        return true
      } catch (error) {
        if (app.hasDecorator('activityLog')) app.activityLog.refusedBy(error)
        app.log.info({ reason: (error as { reason?: string }).reason, err: error }, 'A WebSocket was refused')
        return false
      }
    }
  }
}

/** Checks a subscription with its variables, and makes the connection end with its token. Each event may cost as much as a query. */
export async function beginSubscription (schema: GraphQLSchema, document: DocumentNode, context: MercuriusContext, id: unknown, services: RequesterServices, maxCost: number): Promise<void> {
  try {
    assertExecutable(context, schema, document, variablesOf((context as unknown as ConnectionContext).request, id), maxCost)
    await endWithToken(context, services)
  } catch (error) {
    throw asClientError(error, context)
  }
}

/** Makes a connection end with its token. Called at its first operation; before that, there is nothing to end. */
async function endWithToken (context: object, services: RequesterServices): Promise<void> {
  const socket = (context as { [socketOf]?: Socket })[socketOf]
  if (socket === undefined || ending.has(socket)) return
  const identity = await connectionCredentials(services, context as ConnectionContext).identity()
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
