import { GRAPHQL_API_ERR_INVALID_ARGUMENT } from './errors.js'
import { assertNotNegative, type ListArguments } from './lists/list-arguments.js'

/** The requested part of a list. */
export type PageArguments = Pick<ListArguments, 'first' | 'last' | 'skip' | 'after' | 'before'>

/**
 * Returns the requested part of a list in memory.
 *
 * @throws GRAPHQL_API_ERR_INVALID_ARGUMENT for a negative number, or an id that is not in the list
 */
export function page<Item extends { readonly id: string }> (items: readonly Item[], { first, last, skip, after, before }: PageArguments): readonly Item[] {
  assertNotNegative({ first, last, skip })
  const start = after == null ? 0 : positionOf(items, 'after', after) + 1
  const end = before == null ? items.length : positionOf(items, 'before', before)
  const wanted = items.slice(start, Math.max(start, end)).slice(skip ?? 0)
  const fromStart = wanted.slice(0, first ?? wanted.length)
  return last == null ? fromStart : fromStart.slice(Math.max(0, fromStart.length - last))
}

function positionOf (items: readonly { readonly id: string }[], argument: string, id: string): number {
  const position = items.findIndex(item => item.id === id)
  if (position === -1) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ [argument]: 'must be the id of an item in the list' })
  return position
}
