import type { RawBuilder, SqlBool } from 'kysely'
import type { ColumnType } from '../filterable-table.js'

export type Reference = RawBuilder<unknown>
export type PresentValue = string | number | boolean
export type Order = '>' | '>=' | '<' | '<='

/**
 * The differences between the two databases. Every value is a parameter, text compares byte by byte, and a
 * condition on a null column is false or null.
 */
export interface FilterDialect {
  equals (column: Reference, value: PresentValue, type: ColumnType): RawBuilder<SqlBool>
  /** Passes all values as one parameter. */
  isIn (column: Reference, values: readonly PresentValue[], type: ColumnType): RawBuilder<SqlBool>
  inOrder (column: Reference, order: Order, value: PresentValue, type: ColumnType): RawBuilder<SqlBool>
  contains (column: Reference, text: string): RawBuilder<SqlBool>
  startsWith (column: Reference, text: string): RawBuilder<SqlBool>
  endsWith (column: Reference, text: string): RawBuilder<SqlBool>
}
