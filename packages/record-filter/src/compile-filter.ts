import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely'
import { isRelative, isVariable, type Compare, type Condition, type Literal, type Operand, type RecordFilter, type Related } from './condition.js'
import type { FilterDialect } from './dialects/dialect.js'
import { postgres } from './dialects/postgres.js'
import { sqlite } from './dialects/sqlite.js'
import { timeOf } from './relative-date.js'
import { valueOf, type FilterVariables } from './variables.js'

export type Dialect = 'sqlite' | 'postgres'

export interface CompileOptions {
  readonly dialect: Dialect
  /** The table's name in the query. Default: its SQL name. */
  readonly alias?: string
  /** The values of variables. A condition on a variable without a value admits no record. */
  readonly variables: FilterVariables
  /** The time that relative dates refer to. Default: the time of the call. */
  readonly now?: Date
  /**
   * Set it for queries over many records. Conditions on nested relations are then evaluated once for the whole query, instead
   * of once per record and related record, which takes minutes from a few thousand records on.
   */
  readonly ofTable?: boolean
}

interface Compilation {
  readonly dialect: FilterDialect
  readonly variables: FilterVariables
  readonly now: Date
  readonly ofTable: boolean
}

const dialects: Readonly<Record<Dialect, FilterDialect>> = { sqlite, postgres }
const orders = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const
const everyRecord = sql<SqlBool>`1 = 1`
const noRecord = sql<SqlBool>`1 = 0`

/**
 * Compiles a filter to an SQL condition for `where` or `case when`. Every value is a parameter.
 * It is true for admitted records, otherwise false or null: negate it with `is not true`, never with `not`.
 *
 * @param filter from `parseFilter`
 */
export function compileFilter (filter: RecordFilter, { dialect, alias, variables, now = new Date(), ofTable = false }: CompileOptions): Expression<SqlBool> {
  return compile(filter.condition, alias ?? filter.table, 1, { dialect: dialects[dialect], variables, now, ofTable })
}

function compile (condition: Condition, alias: string, depth: number, compilation: Compilation): RawBuilder<SqlBool> {
  switch (condition.kind) {
    case 'compare':
      return compileCompare(condition, alias, compilation)
    case 'related':
      return compileRelated(condition, alias, depth, compilation)
    case 'and':
      return joined(condition.conditions, sql` and `, everyRecord)
    case 'or':
      return joined(condition.conditions, sql` or `, noRecord)
  }

  function joined (conditions: readonly Condition[], separator: RawBuilder<unknown>, ofNone: RawBuilder<SqlBool>): RawBuilder<SqlBool> {
    if (conditions.length === 0) return ofNone
    return sql<SqlBool>`(${sql.join(conditions.map(inner => compile(inner, alias, depth, compilation)), separator)})`
  }
}

function compileCompare (condition: Compare, alias: string, compilation: Compilation): RawBuilder<SqlBool> {
  const values = valuesOf([condition.value].flat(), compilation)
  if (values === null) return noRecord
  const positive = compilePositive(condition, sql.ref(`${alias}.${condition.column}`), values, compilation.dialect)
  return condition.negated ? sql<SqlBool>`(${positive}) is not true` : positive
}

/** Replaces variables and relative dates by values. `null` if a variable has no value. */
function valuesOf (operands: readonly Operand[], { variables, now }: Compilation): Literal[] | null {
  const values: Literal[] = []
  for (const operand of operands) {
    const value = isVariable(operand) ? valueOf(operand.variable, variables) : isRelative(operand) ? timeOf(operand.relative, now) : operand
    if (value === null && operand !== null) return null
    values.push(value)
  }
  return values
}

function compilePositive ({ comparison, type }: Compare, column: RawBuilder<unknown>, values: readonly Literal[], dialect: FilterDialect): RawBuilder<SqlBool> {
  const isNull = sql<SqlBool>`${column} is null`
  const present = values.filter(value => value !== null)
  const [first] = present
  if (comparison === 'in') {
    const parts = [
      ...(first === undefined ? [] : [dialect.isIn(column, present, type)]),
      ...(values.includes(null) ? [isNull] : [])
    ]
    return parts.length === 0 ? noRecord : sql`(${sql.join(parts, sql` or `)})`
  }
  if (comparison === 'is_empty') return type === 'id' || type === 'string' ? sql`(${isNull} or ${dialect.equals(column, '', type)})` : isNull
  // Only `equals` accepts null.
  if (first === undefined) return isNull
  switch (comparison) {
    case 'equals':
      return dialect.equals(column, first, type)
    case 'contains':
      return dialect.contains(column, String(first))
    case 'starts_with':
      return dialect.startsWith(column, String(first))
    case 'ends_with':
      return dialect.endsWith(column, String(first))
    default:
      return dialect.inOrder(column, orders[comparison], first, type)
  }
}

function compileRelated (condition: Related, alias: string, depth: number, compilation: Compilation): RawBuilder<SqlBool> {
  const { quantifier, table, from, to, through, variables } = condition
  // `every` and `none` would turn a condition that is false for lack of a value into true.
  if (quantifier !== 'some' && variables.some(name => valueOf(name, compilation.variables) === null)) return noRecord
  const inner = `filter_related_${depth}`
  const way = `filter_way_${depth}`
  const key = through === null ? sql.id(inner, to) : sql.id(way, through.from)
  const source = through === null
    ? sql`${sql.table(table)} as ${sql.id(inner)}`
    : sql`${sql.table(through.table)} as ${sql.id(way)} inner join ${sql.table(table)} as ${sql.id(inner)} on ${sql.id(inner, to)} = ${sql.id(way, through.to)}`
  const meets = compile(condition.condition, inner, depth + 1, compilation)
  const wanted = quantifier === 'every' ? sql<SqlBool>`(${meets}) is not true` : meets
  const own = sql.ref(`${alias}.${from}`)
  if (compilation.ofTable && depth > 1) {
    const related = sql`(select ${key} from ${source} where ${key} is not null and ${wanted})`
    return quantifier === 'some' ? sql<SqlBool>`${own} in ${related}` : sql<SqlBool>`(${own} is null or ${own} not in ${related})`
  }
  const exists = sql<SqlBool>`exists (select 1 from ${source} where ${key} = ${own} and ${wanted})`
  return quantifier === 'some' ? exists : sql<SqlBool>`not ${exists}`
}
