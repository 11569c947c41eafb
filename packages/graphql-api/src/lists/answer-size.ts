import { Kind, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT } from '../errors.js'

/** Limits the total size of the lists of one operation, whose lengths are known only when they are read. */
export interface AnswerSize {
  /**
   * Reads the items of a list, after the earlier lists of the same operation, so that lists beyond the limit are not read.
   *
   * @throws GRAPHQL_API_ERR_INVALID_ARGUMENT once the operation exceeds the limit
   */
  reading<Item> (operation: object, info: GraphQLResolveInfo, read: () => Promise<readonly Item[]>): Promise<readonly Item[]>
}

/** The response of an operation so far. */
interface Given {
  readonly root: unknown
  fields: number
  last: Promise<unknown>
  /** The same error for all lists, so that it is logged once. */
  refusal?: Error
}

/** @param limit the maximum number of fields in all lists of an operation */
export function createAnswerSize (limit: number): AnswerSize {
  const given = new WeakMap<object, Given>()

  function givenBy (operation: object, root: unknown): Given {
    const known = given.get(operation)
    // Each event of a subscription is a separate response.
    if (known?.root === root && known !== undefined) return known
    const begun: Given = { root, fields: 0, last: Promise.resolve() }
    given.set(operation, begun)
    return begun
  }

  return {
    reading: async (operation, info, read) => {
      const answer = givenBy(operation, info.rootValue)
      const fields = info.fieldNodes.reduce((sum, { selectionSet }) => sum + fieldsIn(selectionSet, info), 0)
      const reading = answer.last.then(async () => {
        if (answer.refusal !== undefined) throw answer.refusal
        const items = await read()
        answer.fields += items.length * fields
        if (answer.fields <= limit) return items
        answer.refusal = new GRAPHQL_API_ERR_INVALID_ARGUMENT({ query: `returns more than ${limit} fields: request fewer items (first), or fewer fields` })
        throw answer.refusal
      })
      answer.last = reading.catch(() => {})
      return await reading
    }
  }
}

function fieldsIn (selectionSet: SelectionSetNode | undefined, info: GraphQLResolveInfo): number {
  return selectionSet?.selections.reduce((sum, selection) => sum + (
    selection.kind === Kind.FIELD ? 1 : fieldsIn(selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : info.fragments[selection.name.value]?.selectionSet, info)
  ), 0) ?? 0
}
