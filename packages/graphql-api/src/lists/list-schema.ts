import type { FilterableTable } from '@latchkey/record-filter'
import { getNamedType, isObjectType, isRequiredArgument, type GraphQLSchema } from 'graphql'
import type { ListedTable, ListedTables } from '../tables.js'
import { predicateTypes } from './predicates.js'

/** The name of the query that lists a table. */
export function listQueryName (table: string): string {
  return `${table[0]?.toLowerCase() ?? ''}${table.slice(1)}List`
}

/** The query that lists a table, of this API or the app: it has that name, needs no arguments and returns `{ count, items }`. `null` if there is none. */
export function listQueryOf (table: string, schema: GraphQLSchema): string | null {
  const name = listQueryName(table)
  const field = schema.getQueryType()?.getFields()[name]
  const type = getNamedType(field?.type)
  if (field === undefined || !isObjectType(type) || field.args.some(isRequiredArgument)) return null
  return ['count', 'items'].every(part => type.getFields()[part] !== undefined) ? name : null
}

/** The types of a list of a table: its filter, sort and result. */
export function listTypes ({ type, queried }: Pick<ListedTable, 'type' | 'queried'>, tables: Partial<ListedTables>): string {
  const table = queried()
  const fields = Object.keys(table.fields)
  return `
      "All given conditions must hold. null fields are ignored."
      input ${type}Filter {
        ${Object.entries(table.fields).map(([name, column]) => `${name}: ${predicateTypes[column.type]}`).join('\n        ')}
        ${Object.entries(table.relations ?? {}).map(([name, relation]) => `${name}: ${typeOf(relation.table(), tables)}${relation.kind === 'many' ? 'Relation' : ''}Filter`).join('\n        ')}
        ${table.name === 'Users' ? 'is_self: Boolean, not_self: Boolean' : ''}
        AND: [${type}Filter!]
        OR: [${type}Filter!]
      }
      input ${type}RelationFilter { some: ${type}Filter, every: ${type}Filter, none: ${type}Filter, is_empty: Boolean, is_not_empty: Boolean }
      "Set one field per item. A list of items sorts by the first one, then by the next."
      input ${type}Sort { ${fields.map(name => `${name}: SortOrder`).join(', ')} }
      enum ${type}OrderBy { ${fields.map(name => `${name}_ASC, ${name}_DESC`).join(', ')} }
      type ${type}ListResponse { count: Int!, items: [${type}!]! }`
}

/** The arguments of a field that lists a table. */
export function listArguments ({ type }: Pick<ListedTable, 'type'>): string {
  return `(filter: ${type}Filter, sort: [${type}Sort!], orderBy: [${type}OrderBy], first: Int, last: Int, skip: Int, after: String, before: String)`
}

function typeOf (table: FilterableTable, tables: Partial<ListedTables>): string {
  return (tables[table.name as keyof ListedTables] as ListedTable).type
}
