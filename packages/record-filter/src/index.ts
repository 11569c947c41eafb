/**
 * Owns the JSON record filter: its syntax, and its translation to an SQL condition.
 * It does not depend on Fastify and opens no database: you describe the table and get an expression.
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
export { mistakeInTable } from './table-mistake.js'
export { variableNames, type FilterVariables, type VariableName } from './variables.js'
