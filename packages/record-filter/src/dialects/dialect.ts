import type { RawBuilder, SqlBool } from 'kysely'
import type { ColumnType } from '../filterable-table.js'

export type Reference = RawBuilder<unknown>
export type PresentValue = string | number | boolean
export type Order = '>' | '>=' | '<' | '<='

/**
 * What the two databases say differently. Every value is a parameter, text compares by its bytes, and a
 * condition on a column that is null is false or null.
 */
export interface FilterDialect {
  equals (column: Reference, value: PresentValue, type: ColumnType): RawBuilder<SqlBool>
  /** All the values are one parameter, however many they are. */
  isIn (column: Reference, values: readonly PresentValue[], type: ColumnType): RawBuilder<SqlBool>
  inOrder (column: Reference, order: Order, value: PresentValue, type: ColumnType): RawBuilder<SqlBool>
  contains (column: Reference, text: string): RawBuilder<SqlBool>
  startsWith (column: Reference, text: string): RawBuilder<SqlBool>
  endsWith (column: Reference, text: string): RawBuilder<SqlBool>
}
