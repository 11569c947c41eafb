import { sql } from 'kysely'
import type { ColumnType } from '../filterable-table.js'
import type { FilterDialect, PresentValue, Reference } from './dialect.js'

/** The driver sends every parameter as text. The casts define its type, so that 1.5 can be compared with an integer column. */
export const postgres: FilterDialect = {
  // Text is compared twice: the first comparison can use an index with the column's collation, the second is exact under any collation.
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

/** Has no effect on text, so indexes stay usable. Casts uuid and the case-insensitive citext to text. */
function asText (column: Reference): Reference {
  return sql`cast(${column} as text)`
}

/** Date columns are not cast, so that a column of another type than text causes an error instead of wrong results. */
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
  // As bigint, so that an index of an integer column can be used.
  return values.every(Number.isSafeInteger) ? sql`bigint` : sql`double precision`
}
