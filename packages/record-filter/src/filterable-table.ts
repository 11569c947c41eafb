/**
 * How values of a column compare, and what the column must hold:
 *
 * - `id`, `string`: text, compared byte by byte and so case-sensitively. On PostgreSQL a type that casts to text (uuid, citext) works too.
 * - `number`: any numeric type.
 * - `boolean`: `boolean` on PostgreSQL, 0 and 1 on SQLite.
 * - `date`: text in the format of `Date#toISOString` (`2024-05-01T12:00:00.000Z`), which sorts by time.
 */
export type ColumnType = 'id' | 'string' | 'number' | 'boolean' | 'date'

export interface Column {
  /** The column's name in SQL. */
  readonly column: string
  readonly type: ColumnType
}

/** A relation to another table, for `some`, `every`, `none` and to-one nesting. */
export interface Relation {
  readonly kind: 'one' | 'many'
  /** The related table. A function, because tables can refer to each other. */
  readonly table: () => FilterableTable
  /** The column of this table to match. */
  readonly from: string
  /** The column of the related table to match. */
  readonly to: string
  /** A join table: its `from` equals this table's `from`, its `to` equals the related table's `to`. */
  readonly through?: { readonly table: string, readonly from: string, readonly to: string }
}

/** What a filter can refer to: the fields and relations of a table, by the names that clients use. */
export interface FilterableTable {
  /** The resource's name in permissions, for example `Users`. */
  readonly name: string
  /** The table's name in SQL, for example `latchkey_users`. */
  readonly table: string
  /** A field named `AND` or `OR` cannot be used in filters; no other name is special. */
  readonly fields: Readonly<Record<string, Column>>
  readonly relations?: Readonly<Record<string, Relation>>
}
