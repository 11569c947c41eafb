import { GRAPHQL_API_ERR_INVALID_ARGUMENT } from './errors.js'

/**
 * Has something be done once in a request, where aliases would have one request do it many times.
 *
 * @param name of what is asked for, as the refusal calls it
 * @returns takes the context of a request, and refuses the second call of the same one: @throws GRAPHQL_API_ERR_INVALID_ARGUMENT
 */
export function oncePerRequest (name: string): (context: object) => void {
  const begun = new WeakSet<object>()
  return context => {
    if (begun.has(context)) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ [name]: 'may be asked for once in a request: send another one' })
    begun.add(context)
  }
}
