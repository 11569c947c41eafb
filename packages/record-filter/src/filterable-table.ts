/**
 * How values of a column compare, and what the column must hold:
 *
 * - `id`, `string`: text, compared by its bytes, so case-sensitively. On PostgreSQL a type that casts to text (uuid, citext) works too.
 * - `number`: any numeric type.
 * - `boolean`: `boolean` on PostgreSQL, 0 and 1 on SQLite.
 * - `date`: text as `Date#toISOString` writes it (`2024-05-01T12:00:00.000Z`), whose bytes are in the order of time.
 */
export type ColumnType = 'id' | 'string' | 'number' | 'boolean' | 'date'

export interface Column {
  /** The column's name in SQL. */
  readonly column: string
  readonly type: ColumnType
}

/** A declared way from one table to another, for `some`, `every`, `none` and to-one nesting. */
export interface Relation {
  readonly kind: 'one' | 'many'
  /** The related table; a function, because tables may point at each other. */
  readonly table: () => FilterableTable
  /** This table's column that is matched. */
  readonly from: string
  /** The related table's column that is matched. */
  readonly to: string
  /** A join table between the two: its `from` equals this table's `from`, its `to` the related table's `to`. */
  readonly through?: { readonly table: string, readonly from: string, readonly to: string }
}

/** What a filter may speak of: the fields of one table, by the names that clients use. */
export interface FilterableTable {
  /** The resource's name in permissions, for example `Users`. */
  readonly name: string
  /** The table's name in SQL, for example `latchkey_users`. */
  readonly table: string
  /** A field named `AND` or `OR` could not be reached; no other name is special. */
  readonly fields: Readonly<Record<string, Column>>
  readonly relations?: Readonly<Record<string, Relation>>
}
