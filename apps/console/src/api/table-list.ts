import { getNamedType, getNullableType, isInputObjectType, isLeafType, isListType, isObjectType, isRequiredArgument, type GraphQLInputType, type GraphQLObjectType, type GraphQLSchema } from 'graphql'
import { TypedDocumentString } from '../graphql/graphql'
import type { ResourceTable } from './resources'

/** A record of a list, by column name. */
export type ListedRecord = Record<string, unknown>

/** How to query the records of a table. */
export interface TableList {
  /** The fields that the list returns, with the id first. */
  readonly columns: readonly Column[]
  /** The query for records with these columns. */
  document (columns: readonly string[]): TypedDocumentString<{ list: { count: number, items: ListedRecord[] } }, ListArguments>
  /** Converts a permission's filter to the form that the list accepts. */
  filter (json: unknown): unknown
}

export interface Column {
  readonly name: string
  readonly sortable: boolean
}

export interface ListArguments {
  filter?: unknown
  sort?: readonly Record<string, 'ASC' | 'DESC'>[]
  first?: number
  skip?: number
}

/** The fields shown of a related record, where it has them. */
const telling = ['id', 'name', 'email']

/** How to list a table according to the schema, or null if the API has no list of it. */
export function tableListOf (schema: GraphQLSchema, table: ResourceTable, listName: string | null | undefined): TableList | null {
  const query = listName == null ? undefined : schema.getQueryType()?.getFields()[listName]
  const page = query && getNamedType(query.type)
  const items = isObjectType(page) ? page.getFields().items : undefined
  const record = items && getNamedType(items.type)
  if (query === undefined || listName == null || !isObjectType(record)) return null
  const typeOf = (argument: string) => query.args.find(({ name }) => name === argument)?.type
  const sort = getNamedType(typeOf('sort'))
  const sortable = isInputObjectType(sort) ? Object.keys(sort.getFields()) : []
  const selections = new Map([...table.fields, ...table.relations].flatMap(({ name }) => {
    const selection = selectionOf(record, name)
    return selection === null ? [] : [[name, selection] as const]
  }))
  const args = query.args.filter(({ name }) => ['filter', 'sort', 'first', 'skip'].includes(name))
  return {
    columns: [...selections.keys()].map(name => ({ name, sortable: sortable.includes(name) })),
    document: columns => new TypedDocumentString(`query List(${args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ')}) {
      list: ${listName}(${args.map(({ name }) => `${name}: $${name}`).join(', ')}) { count items { ${columns.map(name => selections.get(name) ?? '').join(' ')} } }
    }`),
    filter: json => asListFilter(json, typeOf('filter'))
  }
}

/** A permission compares the id of a related record; a list takes a nested filter there. */
function asListFilter (json: unknown, type: GraphQLInputType | undefined): unknown {
  if (Array.isArray(json)) return json.map(one => asListFilter(one, type))
  const named = getNamedType(type)
  if (typeof json !== 'object' || json === null || !isInputObjectType(named)) return json
  const fields = named.getFields()
  const names = Object.keys(json)
  if (fields.id !== undefined && names.length > 0 && names.every(name => fields[name] === undefined)) return { id: json }
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, asListFilter(value, fields[name]?.type)]))
}

/** The selection for a field, or null if it has required arguments or no subfields to select. */
function selectionOf (type: GraphQLObjectType, name: string): string | null {
  const field = type.getFields()[name]
  if (field === undefined || field.args.some(isRequiredArgument)) return null
  const named = getNamedType(field.type)
  if (isLeafType(named)) return name
  if (!isObjectType(named)) return null
  const inner = named.getFields()
  const items = inner.items !== undefined && isListType(getNullableType(inner.items.type)) ? getNamedType(inner.items.type) : null
  const [target, wrap] = isObjectType(items) ? [items, (text: string) => `items { ${text} }`] as const : [named, (text: string) => text] as const
  const leaves = Object.values(target.getFields()).filter(({ type, args }) => args.length === 0 && isLeafType(getNamedType(type))).map(({ name }) => name)
  const told = leaves.filter(leaf => telling.includes(leaf))
  const chosen = told.length > 0 ? told : leaves.slice(0, 3)
  return chosen.length === 0 ? null : `${name} { ${wrap(chosen.join(' '))} }`
}
