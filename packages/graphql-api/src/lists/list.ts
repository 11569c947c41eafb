import type { Resolver } from '../schema/schema-area.js'
import type { AnswerSize } from './answer-size.js'
import { plainFields } from './plain-fields.js'

/** @param fields which fields are asked for; `null`: all */
export type ReadItems<Item> = (fields: ReadonlySet<string> | null) => Promise<readonly Item[]>

/** A list of anything. `count` counts what matches, not only what this page of it has. What is a function is asked for when a query selects it. */
export interface List<Item> {
  readonly count: number | (() => Promise<number>)
  readonly items: readonly Item[] | ReadItems<Item>
}

export function listOf<Item> (items: readonly Item[]): List<Item> {
  return { count: items.length, items }
}

/** What resolves the two fields of every type of list. */
export function listResolvers (answerSize: AnswerSize): Readonly<Record<'count' | 'items', Resolver<List<unknown>, unknown>>> {
  return {
    count: ({ count }) => typeof count === 'function' ? count() : count,
    items: async ({ items }, _arguments, context, info) => await answerSize.reading(context, info, async () => typeof items === 'function' ? await items(plainFields(info)) : items)
  }
}

/** The list with something made of each item. */
export function mapList<Item, Made> ({ count, items }: List<Item>, make: (item: Item) => Made): List<Made> {
  return { count, items: typeof items === 'function' ? async fields => (await items(fields)).map(make) : items.map(make) }
}
