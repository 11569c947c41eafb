import { sql } from 'kysely'
import type { ColumnType } from '../filterable-table.js'
import type { FilterDialect, PresentValue, Reference } from './dialect.js'

/** Uses instr and substr, because LIKE and GLOB have wildcards, and LIKE ignores ASCII case. */
export const sqlite: FilterDialect = {
  equals: (column, value, type) => sql`${byBytes(column, type)} = ${bind(value)}`,
  isIn: (column, values, type) => sql`${byBytes(column, type)} in (select value from json_each(${JSON.stringify(values.map(bind))}))`,
  inOrder: (column, order, value, type) => sql`${byBytes(column, type)} ${sql.raw(order)} ${bind(value)}`,
  contains: (column, text) => sql`instr(${column}, ${text}) > 0`,
  startsWith: (column, text) => sql`substr(${column}, 1, ${length(text)}) = ${text}`,
  // With a negative start, substr counts from the end, but it cannot select "the last zero characters".
  endsWith: (column, text) => text === '' ? sql`${column} is not null` : sql`substr(${column}, ${-length(text)}) = ${text}`
}

/** Needed because a column can be declared case-insensitive. */
function byBytes (column: Reference, type: ColumnType): Reference {
  return type === 'number' || type === 'boolean' ? column : sql`${column} collate binary`
}

/** SQLite has no booleans, and its driver refuses them. */
function bind (value: PresentValue): string | number {
  return typeof value === 'boolean' ? Number(value) : value
}

/** In code points, as SQLite counts. */
function length (text: string): number {
  return [...text].length
}
