/**
 * Owns the JSON record filter: what may stand in one, and what SQL condition it means.
 * It knows no Fastify and opens no database: whoever asks gives the table's columns and gets an expression.
 */
export type { Column, ColumnType, FilterableTable, Relation } from './filterable-table.js'
