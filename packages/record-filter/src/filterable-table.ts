/** How values of a column compare. An `id` and a `string` compare by their bytes, case-sensitively. */
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
  /** The related table's column, or the join table's way to it. */
  readonly to: string
  readonly through?: { readonly table: string, readonly from: string, readonly to: string }
}

/** What a filter may speak of: the fields of one table, by the names that clients use. */
export interface FilterableTable {
  /** The resource's name in permissions, for example `Users`. */
  readonly name: string
  /** The table's name in SQL, for example `latchkey_users`. */
  readonly table: string
  readonly fields: Readonly<Record<string, Column>>
  readonly relations?: Readonly<Record<string, Relation>>
}
