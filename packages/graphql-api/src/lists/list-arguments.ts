import { GRAPHQL_API_ERR_INVALID_ARGUMENT } from '../errors.js'

/** How many items a list gives where it is not said. */
export const DEFAULT_SIZE = 1000
/** How many items a list gives at most. */
export const MAX_SIZE = 5000

export type Direction = 'ASC' | 'DESC'

/** By which field items are sorted, and which way. */
export interface Order {
  readonly field: string
  readonly direction: Direction
}

/** The arguments of a list, as GraphQL has checked them. */
export interface ListArguments {
  readonly filter?: Readonly<Record<string, unknown>> | null
  readonly sort?: readonly Readonly<Record<string, Direction | null>>[] | null
  /** A field and a direction in one word: `email_ASC`. */
  readonly orderBy?: readonly (string | null)[] | null
  readonly first?: number | null
  readonly last?: number | null
  readonly skip?: number | null
  readonly after?: string | null
  readonly before?: string | null
}

/** Which part of a list is wanted. */
export interface Page {
  /** At most so many items: the first ones, or the last ones. */
  readonly size: number
  readonly fromEnd: boolean
  /** So many left out at the start. */
  readonly skip: number
  /** Only what comes after the item of this id. */
  readonly after: string | null
  /** Only what comes before the item of this id. */
  readonly before: string | null
}

/** @throws GRAPHQL_API_ERR_INVALID_ARGUMENT */
export function readPage ({ first, last, skip, after, before }: ListArguments): Page {
  for (const [name, number] of Object.entries({ first, last, skip })) {
    if (number != null && number < 0) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ [name]: 'must not be negative' })
  }
  for (const [name, size] of Object.entries({ first, last })) {
    if (size != null && size > MAX_SIZE) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ [name]: `must be at most ${MAX_SIZE}: ask for the next ones by after, the id of the last item` })
  }
  if (first != null && last != null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ last: 'must not be given with first: ask for either' })
  return { size: last ?? first ?? DEFAULT_SIZE, fromEnd: last != null, skip: skip ?? 0, after: after ?? null, before: before ?? null }
}

/**
 * By what a list is sorted, the most important first; a field named twice counts the first time.
 *
 * @param otherwise where the arguments say nothing
 * @throws GRAPHQL_API_ERR_INVALID_ARGUMENT
 */
export function readOrder ({ sort, orderBy }: ListArguments, otherwise: readonly Order[]): readonly Order[] {
  const given = [...(sort ?? []).map(readSort), ...(orderBy ?? []).flatMap(word => word === null ? [] : [readOrderBy(word)])]
  if (sort != null && sort.length > 0 && orderBy != null && orderBy.length > 0) {
    throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ orderBy: 'must not be given with sort: both say the same' })
  }
  if (given.length === 0) return otherwise
  return given.filter(({ field }, index) => given.findIndex(order => order.field === field) === index)
}

function readSort (item: Readonly<Record<string, Direction | null>>): Order {
  const named = Object.entries(item).flatMap(([field, direction]) => direction === null ? [] : [{ field, direction }])
  const [order] = named
  // GraphQL does not keep the order of the fields of an object.
  if (order === undefined || named.length > 1) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ sort: 'must name one field in each item, for example [{ lastName: ASC }, { firstName: ASC }]' })
  return order
}

function readOrderBy (word: string): Order {
  const end = word.lastIndexOf('_')
  return { field: word.slice(0, end), direction: word.slice(end + 1) as Direction }
}
