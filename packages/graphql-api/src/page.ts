import { GRAPHQL_API_ERR_INVALID_ARGUMENT } from './errors.js'

/** The requested part of a list. */
export interface PageArguments {
  /** At most this many items from the start. */
  readonly first?: number | null
  /** At most this many items from the end. */
  readonly last?: number | null
  /** Skip this many items at the start. */
  readonly skip?: number | null
  /** Only items after the item with this id. */
  readonly after?: string | null
  /** Only items before the item with this id. */
  readonly before?: string | null
}

/**
 * Returns the requested part of a list.
 *
 * @throws GRAPHQL_API_ERR_INVALID_ARGUMENT for a negative number, or an id that is not in the list
 */
export function page<Item extends { readonly id: string }> (items: readonly Item[], { first, last, skip, after, before }: PageArguments): readonly Item[] {
  for (const [name, number] of Object.entries({ first, last, skip })) {
    if (number != null && number < 0) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ [name]: 'must not be negative' })
  }
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
