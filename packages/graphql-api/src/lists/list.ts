import type { Resolver } from '../schema/schema-area.js'
import type { AnswerSize } from './answer-size.js'
import { plainFields } from './plain-fields.js'

/** @param fields the selected fields; `null`: all */
export type ReadItems<Item> = (fields: ReadonlySet<string> | null) => Promise<readonly Item[]>

/** A list. `count` is the number of all matches, not only those on this page. Functions are called when a query selects the field. */
export interface List<Item> {
  readonly count: number | (() => Promise<number>)
  readonly items: readonly Item[] | ReadItems<Item>
}

export function listOf<Item> (items: readonly Item[]): List<Item> {
  return { count: items.length, items }
}

/** The resolvers of the two fields of every list type. */
export function listResolvers (answerSize: AnswerSize): Readonly<Record<'count' | 'items', Resolver<List<unknown>, unknown>>> {
  return {
    count: ({ count }) => typeof count === 'function' ? count() : count,
    items: async ({ items }, _arguments, context, info) => await answerSize.reading(context, info, async () => typeof items === 'function' ? await items(plainFields(info)) : items)
  }
}

/** Converts the items of a list. */
export function mapList<Item, Made> ({ count, items }: List<Item>, make: (item: Item) => Made): List<Made> {
  return { count, items: typeof items === 'function' ? async fields => (await items(fields)).map(make) : items.map(make) }
}
