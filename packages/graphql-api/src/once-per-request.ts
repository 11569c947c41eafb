import { GRAPHQL_API_ERR_INVALID_ARGUMENT } from './errors.js'

/**
 * Allows something once per request, although aliases could repeat it.
 *
 * @param name its name in the error
 * @returns a function that takes the context of a request. @throws GRAPHQL_API_ERR_INVALID_ARGUMENT on the second call for the same request
 */
export function oncePerRequest (name: string): (context: object) => void {
  const begun = new WeakSet<object>()
  return context => {
    if (begun.has(context)) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ [name]: 'can be used only once per request: send another request' })
    begun.add(context)
  }
}
