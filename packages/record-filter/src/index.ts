/**
 * Owns the JSON record filter: what may stand in one, and what SQL condition it means.
 * It knows no Fastify and opens no database: whoever asks gives the table's columns and gets an expression.
 */
export { compileFilter, type CompileOptions, type Dialect } from './compile-filter.js'
export type { AskedTable, Condition, RecordFilter } from './condition.js'
export * as errors from './errors.js'
export type { Column, ColumnType, FilterableTable, Relation } from './filterable-table.js'
export type { InvalidFilterError } from './invalid-filter.js'
export { defaultLimits, type FilterLimits } from './limits.js'
export { operatorsOf } from './operators.js'
export { parseFilter } from './parse-filter.js'
export { relativeUnits } from './relative-date.js'
export { variableNames, type FilterVariables, type VariableName } from './variables.js'
