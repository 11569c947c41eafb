import { GRAPHQL_API_ERR_INVALID_ARGUMENT } from '../errors.js'

/** The default number of items in a list. */
export const DEFAULT_SIZE = 1000
/** The maximum number of items in a list. */
export const MAX_SIZE = 5000

export type Direction = 'ASC' | 'DESC'

/** A field to sort by, and the direction. */
export interface Order {
  readonly field: string
  readonly direction: Direction
}

/** The arguments of a list, validated by GraphQL. */
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

/** The requested part of a list. */
export interface Page {
  /** At most this many items, from the start or from the end. */
  readonly size: number
  readonly fromEnd: boolean
  /** Skip this many items at the start. */
  readonly skip: number
  /** Only items after the item with this id. */
  readonly after: string | null
  /** Only items before the item with this id. */
  readonly before: string | null
}

/** @throws GRAPHQL_API_ERR_INVALID_ARGUMENT */
export function readPage ({ first, last, skip, after, before }: ListArguments): Page {
  assertNotNegative({ first, last, skip })
  for (const [name, size] of Object.entries({ first, last })) {
    if (size != null && size > MAX_SIZE) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ [name]: `must be at most ${MAX_SIZE}: request the next page with after, the id of the last item` })
  }
  if (first != null && last != null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ last: 'cannot be combined with first' })
  return { size: last ?? first ?? DEFAULT_SIZE, fromEnd: last != null, skip: skip ?? 0, after: after ?? null, before: before ?? null }
}

/** @throws GRAPHQL_API_ERR_INVALID_ARGUMENT */
export function assertNotNegative (numbers: Pick<ListArguments, 'first' | 'last' | 'skip'>): void {
  for (const [name, number] of Object.entries(numbers)) {
    if (number != null && number < 0) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ [name]: 'must not be negative' })
  }
}

/**
 * The order of a list, most significant field first. If a field is named twice, only the first counts.
 *
 * @param otherwise the default order
 * @throws GRAPHQL_API_ERR_INVALID_ARGUMENT
 */
export function readOrder ({ sort, orderBy }: ListArguments, otherwise: readonly Order[]): readonly Order[] {
  const given = [...(sort ?? []).map(readSort), ...(orderBy ?? []).flatMap(word => word === null ? [] : [readOrderBy(word)])]
  if (sort != null && sort.length > 0 && orderBy != null && orderBy.length > 0) {
    throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ orderBy: 'cannot be combined with sort' })
  }
  if (given.length === 0) return otherwise
  return given.filter(({ field }, index) => given.findIndex(order => order.field === field) === index)
}

function readSort (item: Readonly<Record<string, Direction | null>>): Order {
  const named = Object.entries(item).flatMap(([field, direction]) => direction === null ? [] : [{ field, direction }])
  const [order] = named
  // GraphQL does not preserve the order of an object's fields.
  if (order === undefined || named.length > 1) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ sort: 'must name one field in each item, for example [{ lastName: ASC }, { firstName: ASC }]' })
  return order
}

function readOrderBy (word: string): Order {
  const end = word.lastIndexOf('_')
  return { field: word.slice(0, end), direction: word.slice(end + 1) as Direction }
}
