import { sql } from 'kysely'
import type { ColumnType } from '../filterable-table.js'
import type { FilterDialect, PresentValue, Reference } from './dialect.js'

/** The driver sends every parameter as text; the casts say what it is, so that 1.5 can meet an integer column. */
export const postgres: FilterDialect = {
  // Twice, where it is text: the first can use an index of the column's own collation, the second is exact under any.
  equals: (column, value, type) => isText(type)
    ? sql`(${asText(column)} = ${value} and ${byBytes(column, type)} = ${value})`
    : sql`${byBytes(column, type)} = ${parameter(value, type)}`,
  isIn: (column, values, type) => isText(type)
    ? sql`(${asText(column)} = any(cast(${values} as text[])) and ${byBytes(column, type)} = any(cast(${values} as text[])))`
    : sql`${byBytes(column, type)} = any(cast(${values} as ${sqlType(type, values)}[]))`,
  inOrder: (column, order, value, type) => sql`${byBytes(column, type)} ${sql.raw(order)} ${parameter(value, type)}`,
  contains: (column, text) => sql`strpos(${byBytes(column, 'string')}, ${text}) > 0`,
  startsWith: (column, text) => sql`starts_with(${byBytes(column, 'string')}, ${text})`,
  endsWith: (column, text) => sql`right(${byBytes(column, 'string')}, char_length(${text})) = ${text}`
}

function isText (type: ColumnType): boolean {
  return type === 'id' || type === 'string'
}

/** Nothing for text, whose indexes stay usable; it makes text of uuid and of citext, which ignores case. */
function asText (column: Reference): Reference {
  return sql`cast(${column} as text)`
}

/** A date column is not cast: of another type than text, whose bytes have no order, it fails instead of misleading. */
function byBytes (column: Reference, type: ColumnType): Reference {
  if (type === 'date') return sql`${column} collate "C"`
  return isText(type) ? sql`${asText(column)} collate "C"` : column
}

function parameter (value: PresentValue, type: ColumnType): Reference {
  return type === 'number' || type === 'boolean' ? sql`cast(${value} as ${sqlType(type, [value])})` : sql`${value}`
}

function sqlType (type: ColumnType, values: readonly PresentValue[]): Reference {
  if (type === 'date') return sql`text`
  if (type === 'boolean') return sql`boolean`
  // As bigint, an index of an integer column can be used.
  return values.every(Number.isSafeInteger) ? sql`bigint` : sql`double precision`
}
