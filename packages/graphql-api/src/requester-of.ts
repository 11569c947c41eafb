import type { MercuriusContext } from 'mercurius'
import { Requester, type RequesterServices } from './requester.js'

/** The requester of the request that a resolver's context belongs to: the same one for every field of it. */
export type RequesterOf = (context: MercuriusContext) => Requester

/** On the context itself, since the app may make the context. */
const requester = Symbol('requester')

export function createRequesterOf (services: RequesterServices): RequesterOf {
  return context => {
    const known = (context as { [requester]?: Requester })[requester]
    if (known !== undefined) return known
    // Mercurius sets the reply, except for queries that code of the app runs by itself.
    const created = new Requester(services, (context as Partial<MercuriusContext>).reply?.request ?? null)
    Object.defineProperty(context, requester, { value: created })
    return created
  }
}
