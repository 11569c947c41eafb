import type { FilterableTable, Relation } from '@latchkey/record-filter'

type Input = Readonly<Record<string, unknown>>
type Json = Record<string, unknown>

/** Authorizes everything that a filter uses; throws if it is not allowed. */
export interface Asking {
  /** A field or relation of the records of a table. */
  field (table: FilterableTable, name: string): void
  /** The records that a table has. */
  records (table: FilterableTable): void
}

/**
 * Converts the filter of a query to the format of `@latchkey/record-filter`, which validates it. Fields, groups and
 * quantifiers that are `null` are ignored, because clients send them to mean nothing.
 *
 * @throws GRAPHQL_API_ERR_INVALID_ARGUMENT, and what `asking` throws
 */
export function readQueryFilter (input: Input, table: FilterableTable, asking: Asking): Json {
  return readFilter(input, table)

  function readFilter (input: Input, table: FilterableTable): Json {
    const json: Json = {}
    /** Further conditions, which have no name of their own in the filter. */
    const besides: Json[] = []
    for (const [name, value] of entriesOf(input)) {
      if (name === 'AND' || name === 'OR') {
        json[name] = (value as Input[]).map(inner => readFilter(inner, table))
      } else if (name === 'is_self' || name === 'not_self') {
        asking.field(table, 'id')
        besides.push({ id: { [name]: value } })
      } else {
        asking.field(table, name)
        const relation = table.relations?.[name]
        if (relation === undefined) json[name] = readPredicate(value as Input)
        else json[name] = relation.kind === 'one' ? readToOne(value as Input, relation) : readToMany(value as Input, relation)
      }
    }
    if (besides.length > 0) json.AND = [...json.AND as Json[] | undefined ?? [], ...besides]
    return json
  }

  function readPredicate ({ relative, ...predicate }: Input): Json {
    return relative == null ? predicate : { ...predicate, relative: Object.fromEntries(entriesOf(relative as Input).map(([name, date]) => [name, Object.fromEntries(entriesOf(date as Input))])) }
  }

  function readToOne (input: Input, relation: Relation): Json {
    // Whether the relation leads to the requester can be told from the record itself, without reading the related one.
    const self = entriesOf(input).filter(([name]) => name === 'is_self' || name === 'not_self')
    const { is_self: _isSelf, not_self: _notSelf, ...rest } = input
    if (self.length === 0 || entriesOf(rest).length > 0) asking.records(relation.table())
    return { ...Object.fromEntries(self), ...readFilter(rest, relation.table()) }
  }

  function readToMany (input: Input, relation: Relation): Json {
    asking.records(relation.table())
    return Object.fromEntries(entriesOf(input).map(([name, value]) =>
      [name, typeof value === 'boolean' ? value : readFilter(value as Input, relation.table())]))
  }
}

function entriesOf (input: Input): [string, unknown][] {
  return Object.entries(input).filter(([, value]) => value !== null)
}
