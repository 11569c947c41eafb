import { defaultFieldResolver, type GraphQLField, type GraphQLSchema } from 'graphql'
import type { MercuriusContext } from 'mercurius'
import type { Readable } from 'node:stream'
import { isOfConnection, type ConnectionContext } from './connection-credentials.js'
import { describeError } from './error-codes.js'
import { asClientError } from './error-format.js'
import { endOperation, mayWait } from './guarded-socket.js'
import type { RequesterOf } from './requester-of.js'

/** The errors after which a subscription ends. Others, such as an unavailable database, may not last. */
const lasting: ReadonlySet<string> = new Set(['NotAuthorizedError', 'InvalidTokenError', 'TokenExpiredError', 'EntityNotFoundError'])

/**
 * Checks before each event of a subscription that its token and user are still accepted, whether or not the app checks
 * anything. Also describes what `subscribe` throws as every other error; Mercurius would send its text.
 */
export function guardSubscriptions (schema: GraphQLSchema, requesterOf: RequesterOf): void {
  for (const field of Object.values(schema.getSubscriptionType()?.getFields() ?? {}) as GraphQLField<unknown, MercuriusContext>[]) {
    const { subscribe, resolve = defaultFieldResolver } = field
    if (subscribe === undefined) continue
    field.subscribe = async (source, arguments_, context, info) => {
      limitWaitingEvents(context)
      try {
        return await subscribe(source, arguments_, context, info)
      } catch (error) {
        throw asClientError(error, context, [info.path.key])
      }
    }
    field.resolve = async (source, arguments_, context, info) => {
      await permitEvent(context, async () => { await requesterOf(context).assertAccepted() })
      return await resolve(source, arguments_, context, info)
    }
  }
}

/** Mercurius keeps all events of its `pubsub` until the client has received those before. */
function limitWaitingEvents (context: MercuriusContext): void {
  const { queue } = context.pubsub as { readonly queue?: Readable }
  if (queue === undefined || !isOfConnection(context)) return
  const { request } = context as unknown as ConnectionContext
  const { push } = queue
  // `null` ends the queue.
  queue.push = (event, ...rest) => (event === null || mayWait(request, queue.readableLength)) && push.call(queue, event, ...rest)
}

/** Ends the subscription of a context if its event is refused. The event then has the error. @throws what the check throws */
export async function permitEvent (context: MercuriusContext, check: () => Promise<unknown>): Promise<void> {
  try {
    await check()
  } catch (error) {
    if (isOfConnection(context) && lasting.has(describeError(error).code)) {
      const { request, id } = context as unknown as ConnectionContext & { readonly id: unknown }
      endOperation(request, id)
    }
    throw error
  }
}
