import type { MercuriusContext } from 'mercurius'
import { connectionCredentials, isOfConnection, KEPT_MS, type ConnectionContext } from './connection-credentials.js'
import { viewedAs } from './view-as.js'
import { credentialsOf, noCredentials, Requester, type RequesterServices } from './requester.js'

/** The requester of a resolver's context; the same object for all fields of a request. */
export type RequesterOf = (context: MercuriusContext) => Requester

/** Stored on the context itself, because the app may create the context. */
const requester = Symbol('requester')

export function createRequesterOf (services: RequesterServices): RequesterOf {
  return context => {
    const known = (context as { [requester]?: Requester })[requester]
    if (known !== undefined) return known
    const created = createRequester(context, services)
    Object.defineProperty(context, requester, { value: created })
    return created
  }
}

function createRequester (context: MercuriusContext, services: RequesterServices): Requester {
  if (isOfConnection(context)) return new Requester(services, connectionCredentials(services, context as unknown as ConnectionContext), KEPT_MS)
  // Mercurius sets the reply, except for queries that the app runs itself.
  const request = (context as Partial<MercuriusContext>).reply?.request
  if (request === undefined) return new Requester(services, noCredentials)
  const actor = viewedAs(request)
  if (actor === undefined) return new Requester(services, credentialsOf(services, request))
  const requester = new Requester(services, noCredentials)
  requester.become(actor)
  return requester
}
