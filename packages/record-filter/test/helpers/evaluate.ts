/**
 * What a filter means, said once more without SQL and without the parsed tree: straight from the JSON, over
 * plain rows, in two-valued logic. The tests hold the databases against it.
 */
import type { FilterableTable, FilterVariables } from '../../dist/index.js'
import type { Row, Value, World } from './databases.js'

type Json = Record<string, unknown>

export function evaluate (json: Json, table: FilterableTable, row: Row, world: World, variables: FilterVariables): boolean {
  return Object.entries(json).every(([key, value]) => {
    if (key === 'AND') return (value as Json[]).every(inner => evaluate(inner, table, row, world, variables))
    if (key === 'OR') return (value as Json[]).some(inner => evaluate(inner, table, row, world, variables))
    const field = table.fields[key]
    if (field !== undefined) {
      return Object.entries(value as Json).every(([operator, operand]) => holds(operator, row[field.column] ?? null, operand, variables))
    }
    return holdsRelation(key, value as Json, table, row, world, variables)
  })
}

function holdsRelation (name: string, json: Json, table: FilterableTable, row: Row, world: World, variables: FilterVariables): boolean {
  const relation = table.relations?.[name]
  if (relation === undefined) throw new Error(`no relation ${name}`)
  const related = relation.table()
  const rowsOf = (sqlName: string) => world[sqlName as keyof World]
  const same = (one: Value | undefined, other: Value | undefined) => one != null && one === other
  const { through } = relation
  const records = rowsOf(related.table).filter(other => through === undefined
    ? same(row[relation.from], other[relation.to])
    : rowsOf(through.table).some(way => same(row[relation.from], way[through.from]) && same(other[relation.to], way[through.to])))
  const meets = (inner: unknown) => (other: Row) => evaluate(inner as Json, related, other, world, variables)

  const { is_empty: isEmpty, is_not_empty: isNotEmpty, is_self: isSelf, not_self: notSelf, ...rest } = json
  const self = variables.__loggedInUserId ?? null
  const aboutSelf = [isSelf, notSelf === undefined ? undefined : notSelf === false].filter(wanted => wanted !== undefined)
  return (isEmpty === undefined || (records.length === 0) === isEmpty) &&
    (isNotEmpty === undefined || (records.length > 0) === isNotEmpty) &&
    aboutSelf.every(wanted => self !== null && records.some(other => other.id === self) === wanted) &&
    (relation.kind === 'one'
      ? (Object.keys(json).length > 0 && Object.keys(rest).length === 0) || records.some(meets(rest))
      : Object.entries(rest).every(([quantifier, inner]) => {
        if (quantifier === 'some') return records.some(meets(inner))
        if (lacksVariable(inner, variables)) return false
        return quantifier === 'every' ? records.every(meets(inner)) : !records.some(meets(inner))
      }))
}

function lacksVariable (json: unknown, variables: FilterVariables): boolean {
  if (typeof json === 'string') return json.startsWith('__') && variables[json as keyof FilterVariables] == null
  if (Array.isArray(json)) return json.some(item => lacksVariable(item, variables))
  if (typeof json !== 'object' || json === null) return false
  return Object.entries(json).some(([key, value]) => ((key === 'is_self' || key === 'not_self') && variables.__loggedInUserId == null) || lacksVariable(value, variables))
}

const contrary: Record<string, string> = {
  not_equals: 'equals', not_in: 'in', not_contains: 'contains', not_starts_with: 'starts_with', not_ends_with: 'ends_with', is_not_empty: 'is_empty', not_self: 'is_self'
}

function holds (operator: string, value: Value, operand: unknown, variables: FilterVariables): boolean {
  if (lacksVariable({ [operator]: operand }, variables)) return false
  if (operator in contrary) return !holds(contrary[operator] as string, value, operand, variables)
  const given = resolve(operand, variables)
  switch (operator) {
    case 'equals': return value === given
    case 'in': return (given as Value[]).includes(value)
    case 'is_empty': return (value === null || value === '') === given
    case 'is_self': return (value === variables.__loggedInUserId) === given
  }
  if (value === null) return false
  switch (operator) {
    case 'contains': return String(value).includes(String(given))
    case 'starts_with': return String(value).startsWith(String(given))
    case 'ends_with': return String(value).endsWith(String(given))
    case 'gt': return compare(value, given as Value) > 0
    case 'gte': return compare(value, given as Value) >= 0
    case 'lt': return compare(value, given as Value) < 0
    case 'lte': return compare(value, given as Value) <= 0
  }
  throw new Error(`no operator ${operator}`)
}

function resolve (operand: unknown, variables: FilterVariables): unknown {
  if (Array.isArray(operand)) return operand.map(item => resolve(item, variables))
  return typeof operand === 'string' && operand.startsWith('__') ? variables[operand as keyof FilterVariables] : operand
}

function compare (one: Value, other: Value): number {
  return typeof one === 'number' && typeof other === 'number' ? one - other : Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other)))
}
