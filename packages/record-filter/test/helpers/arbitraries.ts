import fc, { type Arbitrary } from 'fast-check'
import type { ColumnType, FilterableTable, FilterVariables } from '../../dist/index.js'
import type { Row, Value, World } from './databases.js'

/** Few and alike, so that filters match; with what LIKE, GLOB, quoting and encodings stumble over. */
const texts = ['', 'a', 'A', 'ab', 'aB', 'ba', 'b', 'B', '%', '_', 'a%b', 'a_b', '*', '?', '[ab]', '\\', "o'b", '"', '{a,b}', 'null', '1', '0', 'é', 'É', 'e\u0301', 'ß', 'ss', '\u{1F511}', 'a\u{1F511}b', '\uFFEF', 'ab ', ' ']
const ids = ['1', '2', '3', '10', 'a', 'A', 'b', 'ab']
const numbers = [-1, 0, 1, 2, 10, 0.5, 0.1, 1.5, 1e15, 2 ** 53, 1e300, -0.1]
const integers = [-1, 0, 1, 2, 10]
const dates = ['2023-12-31T23:59:59.999Z', '2024-01-01T00:00:00.000Z', '2024-05-01T12:00:00.000Z', '0001-01-01T00:00:00.000Z']
const variables = ['__loggedInUserId', '__loggedInUserEmail', '__requestingApiToken']

const of = <Item> (items: readonly Item[]) => fc.constantFrom(...items)
const orNull = <Item> (items: readonly Item[]) => of<Item | null>([...items, null])

const operands: Record<ColumnType, Arbitrary<Value>> = {
  id: of([...ids, ...ids, ...variables]),
  string: of([...texts, ...texts, ...variables]),
  number: of(numbers),
  boolean: fc.boolean(),
  date: of(dates)
}

function condition (type: ColumnType): Arbitrary<[string, unknown]> {
  const named = (names: readonly string[], operand: Arbitrary<unknown>): Arbitrary<[string, unknown]> => fc.tuple(of(names), operand)
  const value = operands[type]
  const all = [
    named(['equals', 'not_equals'], fc.option(value, { freq: 4 })),
    named(['in', 'not_in'], fc.array(fc.option(value, { freq: 6 }), { maxLength: 4 })),
    named(['is_empty', 'is_not_empty'], fc.boolean())
  ]
  if (type !== 'boolean') all.push(named(['gt', 'gte', 'lt', 'lte'], value))
  if (type === 'id' || type === 'string') all.push(named(['contains', 'not_contains', 'starts_with', 'not_starts_with', 'ends_with', 'not_ends_with'], value))
  if (type === 'id') all.push(named(['is_self', 'not_self'], fc.boolean()))
  return fc.oneof(...all)
}

const entries = (entry: Arbitrary<[string, unknown]>, length: { minLength: number, maxLength: number }) =>
  fc.array(entry, length).map(list => Object.fromEntries(list))

const known = new Map<string, Arbitrary<Record<string, unknown>>>()

/** Filters of a table, with groups and relations down to this many levels. */
export function filters (table: FilterableTable, levels: number): Arbitrary<Record<string, unknown>> {
  const key = `${table.name} ${levels}`
  const made = known.get(key) ?? makeFilters(table, levels)
  known.set(key, made)
  return made
}

function makeFilters (table: FilterableTable, levels: number): Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(table.fields).map(([name, { type }]) =>
    fc.tuple(fc.constant(name), entries(condition(type), { minLength: 1, maxLength: 2 })))
  const deeper = levels === 0
    ? []
    : [
        fc.tuple(of(['AND', 'OR']), fc.array(filters(table, levels - 1), { maxLength: 3 })),
        ...Object.entries(table.relations ?? {}).map(([name, relation]) => {
          const inner = filters(relation.table(), levels - 1)
          const ofItself = of(relation.table().name === 'Users' ? ['is_empty', 'is_not_empty', 'is_self', 'not_self'] : ['is_empty', 'is_not_empty'])
          const itself = fc.tuple(ofItself, fc.boolean()) as Arbitrary<[string, unknown]>
          const asked = relation.kind === 'one'
            ? fc.oneof(inner, entries(itself, { minLength: 1, maxLength: 2 }), fc.tuple(inner, entries(itself, { minLength: 1, maxLength: 1 })).map(([a, b]) => ({ ...a, ...b })))
            : entries(fc.oneof(fc.tuple(of(['some', 'every', 'none']), inner) as Arbitrary<[string, unknown]>, itself), { minLength: 1, maxLength: 2 })
          return fc.tuple(fc.constant(name), asked)
        })
      ]
  return entries(fc.oneof(...fields, ...deeper, ...deeper) as Arbitrary<[string, unknown]>, { minLength: 0, maxLength: 2 })
}

const rows = (columns: Record<string, Arbitrary<Value>>): Arbitrary<Row[]> =>
  fc.uniqueArray(fc.record(columns) as Arbitrary<Row>, { selector: row => row.id, minLength: 3, maxLength: ids.length })

export const worlds: Arbitrary<World> = fc.record({
  users: rows({
    id: of(ids), email: orNull(texts), first_name: orNull(texts), age: orNull(integers), score: orNull(numbers), active: orNull([true, false]), joined_at: orNull(dates), manager_id: orNull(ids)
  }),
  posts: rows({ id: of(ids), title: orNull(texts), published: orNull([true, false]), author_id: orNull(ids) }),
  groups: rows({ id: of(ids), name: orNull(texts) }),
  memberships: fc.array(fc.record({ user_id: orNull(ids), group_id: orNull(ids) }) as Arbitrary<Row>, { maxLength: 8 })
})

export const someVariables: Arbitrary<FilterVariables> = fc.record({
  __loggedInUserId: orNull([...ids, ...ids]),
  __loggedInUserEmail: orNull(texts.filter(text => text !== '')),
  __requestingApiToken: orNull(ids)
})
