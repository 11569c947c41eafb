import { variablesIn, type AskedTable, type Compare, type Condition, type Group, type RecordFilter, type Related } from './condition.js'
import { didYouMean, joinPath } from './did-you-mean.js'
import { RECORD_FILTER_ERR_INVALID_TABLE } from './errors.js'
import type { Column, ColumnType, FilterableTable, Relation } from './filterable-table.js'
import { invalidFilter } from './invalid-filter.js'
import { withDefaults, type FilterLimits } from './limits.js'
import { knowsRelative, operators, operatorsOf, RELATIVE, type Comparison } from './operators.js'
import { readFlag, readList, readValue } from './read-value.js'
import { readRelativeDate } from './relative-date.js'
import { mistakeInTable } from './table-mistake.js'

/** The state of parsing: the limits, the number of conditions so far, and the fields they use by table. */
interface Reading { readonly limits: FilterLimits, conditions: number, readonly asked: Map<string, Set<string>> }

/** A position in the filter. */
interface Place { readonly path: string, readonly depth: number }

/** The operand of `is_self`: the signed-in user's ID. */
const SELF = Object.freeze({ variable: '__loggedInUserId' as const })
const EVERY_RECORD: Group = Object.freeze({ kind: 'and', conditions: Object.freeze([]) })
const quantifiers = ['some', 'every', 'none'] as const
const relativeComparisons = ['gt', 'gte', 'lt', 'lte'] as const

/**
 * Parses a JSON filter for a table. The input is copied, never changed or kept.
 *
 * @param json for example `{ "email": { "ends_with": "@stagemedia.com" }, "OR": [ … ] }`; `{}` admits every record
 * @param table the fields and relations that the filter can use
 * @param limits overrides of `defaultLimits`
 * @throws RECORD_FILTER_ERR_INVALID (400) with `path` and `reason`
 * @throws RECORD_FILTER_ERR_INVALID_TABLE if the description of the table, or of a related one that the filter uses, is invalid
 */
export function parseFilter (json: unknown, table: FilterableTable, limits: Partial<FilterLimits> = {}): RecordFilter {
  const reading: Reading = { limits: withDefaults(limits), conditions: 0, asked: new Map() }
  const condition = readFilter(json, table, { path: '', depth: 1 }, reading)
  return Object.freeze({ table: table.table, condition, variables: variablesIn(condition), asks: asksOf(reading) })
}

function asksOf ({ asked }: Reading): readonly AskedTable[] {
  return Object.freeze([...asked].map(([table, fields]) => Object.freeze({ table, fields: Object.freeze([...fields]) })))
}

/** @param field a field or relation. If omitted, only whether records exist */
function ask ({ asked }: Reading, { name }: FilterableTable, field?: string): void {
  const fields = asked.get(name) ?? new Set()
  if (field !== undefined) fields.add(field)
  asked.set(name, fields)
}

function readFilter (json: unknown, table: FilterableTable, { path, depth }: Place, reading: Reading): Condition {
  const mistake = mistakeInTable(table)
  if (mistake !== undefined) throw new RECORD_FILTER_ERR_INVALID_TABLE(mistake)
  if (depth > reading.limits.depth) throw invalidFilter(path, `is nested deeper than ${reading.limits.depth} levels`)
  const entries = entriesOf(json, path, 'must be an object')
  ask(reading, table)
  if (entries.length === 0) count(path, reading)
  return group('and', entries.map(([key, value]) => {
    const place = { path: joinPath(path, key), depth }
    if (key === 'AND' || key === 'OR') return readGroup(key === 'AND' ? 'and' : 'or', value, table, place, reading)
    const column = own(table.fields, key)
    const relation = own(table.relations, key)
    if (column !== undefined || relation !== undefined) ask(reading, table, key)
    if (column !== undefined) return readField(value, column, place, reading)
    if (relation !== undefined) return readRelation(value, relation, place, reading)
    const known = [...Object.keys(table.fields), ...Object.keys(table.relations ?? {}), 'AND', 'OR']
    throw invalidFilter(place.path, `is not a field of ${table.name}${didYouMean(key, known)}`)
  }))
}

function readGroup (kind: Group['kind'], json: unknown, table: FilterableTable, { path, depth }: Place, reading: Reading): Group {
  if (!Array.isArray(json)) throw invalidFilter(path, 'must be a list of filters')
  if (json.length === 0) count(path, reading)
  const conditions: Condition[] = []
  // One by one, so that a list of a million items stops at the limit.
  for (const [index, item] of (json as unknown[]).entries()) {
    conditions.push(readFilter(item, table, { path: `${path}[${index}]`, depth: depth + 1 }, reading))
  }
  return Object.freeze({ kind, conditions: Object.freeze(conditions) })
}

function readField (json: unknown, column: Column, { path }: Place, reading: Reading): Condition {
  const entries = entriesOf(json, path, 'must be an object of operators, for example { "equals": … }')
  if (entries.length === 0) throw invalidFilter(path, 'needs an operator, for example { "equals": … }')
  return group('and', entries.flatMap(([name, operand]) => name === RELATIVE && knowsRelative(column.type)
    ? readRelative(operand, column, joinPath(path, name), reading)
    : [readOperator(name, operand, column, joinPath(path, name), reading)]))
}

/** Reads comparisons of a date with a time relative to the query. */
function readRelative (json: unknown, { column, type }: Column, path: string, reading: Reading): Compare[] {
  const entries = entriesOf(json, path, 'must be an object of gt, gte, lt, lte')
  if (entries.length === 0) throw invalidFilter(path, 'needs one of gt, gte, lt, lte')
  return entries.map(([name, date]) => {
    const at = joinPath(path, name)
    const comparison = relativeComparisons.find(known => known === name)
    if (comparison === undefined) throw invalidFilter(at, 'is not a comparison for relative dates: use gt, gte, lt, lte')
    count(at, reading)
    return compare(column, type, comparison, false, Object.freeze({ relative: readRelativeDate(date, at) }))
  })
}

function readOperator (name: string, json: unknown, { column, type }: Column, path: string, reading: Reading): Compare {
  const operator = operators.get(name)
  if (operator === undefined) throw invalidFilter(path, `is not an operator${didYouMean(name, [...operators.keys()]) || `: use ${operatorsOf(type).join(', ')}`}`)
  if (!operator.types.includes(type)) throw invalidFilter(path, `does not work on a ${type}: use ${operatorsOf(type).join(', ')}`)
  count(path, reading)
  const { comparison, negated, takes } = operator
  if (comparison === 'is_self') return compare(column, type, 'equals', readFlag(json, path) === negated, SELF)
  if (takes === 'flag') return compare(column, type, comparison, readFlag(json, path) === negated, null)
  if (takes === 'list') return compare(column, type, comparison, negated, readList(json, type, path, reading.limits))
  const value = json === null && takes === 'nullable' ? null : readValue(json, type, path, reading.limits)
  return compare(column, type, comparison, negated, value)
}

function compare (column: string, type: ColumnType, comparison: Comparison, negated: boolean, value: Compare['value']): Compare {
  return Object.freeze({ kind: 'compare', column, type, comparison, negated, value })
}

function readRelation (json: unknown, relation: Relation, place: Place, reading: Reading): Condition {
  const { path, depth } = place
  const table = relation.table()
  const entries = entriesOf(json, path, relation.kind === 'many' ? 'must be an object with some, every or none' : 'must be a filter of the related record')
  const ofItself = entries.filter(([key]) => operatorOfRelation(key) !== undefined)
  const conditions = ofItself.map(([key, value]) => readRelationOperator(key, value, relation, table, joinPath(path, key), reading))
  const rest = entries.filter(entry => !ofItself.includes(entry))
  if (relation.kind === 'one') {
    if (rest.length > 0 || ofItself.length === 0) conditions.push(related('some', relation, table, readFilter(Object.fromEntries(rest), table, { path, depth: depth + 1 }, reading)))
    return group('and', conditions)
  }
  if (entries.length === 0) throw invalidFilter(path, 'needs some, every or none')
  for (const [key, value] of rest) {
    const at = joinPath(path, key)
    const quantifier = quantifiers.find(name => name === key)
    if (quantifier === undefined) throw invalidFilter(at, `is not a quantifier: use some, every or none${didYouMean(key, quantifiers)}`)
    conditions.push(related(quantifier, relation, table, readFilter(value, table, { path: at, depth: depth + 1 }, reading)))
  }
  return group('and', conditions)
}

/** `is_empty`, `is_self` and their opposites apply to the relation itself; everything else applies to the related records. */
function operatorOfRelation (name: string): 'is_empty' | 'is_self' | undefined {
  const comparison = operators.get(name)?.comparison
  return comparison === 'is_empty' || comparison === 'is_self' ? comparison : undefined
}

function readRelationOperator (name: string, json: unknown, relation: Relation, table: FilterableTable, path: string, reading: Reading): Related {
  count(path, reading)
  const negated = readFlag(json, path) === operators.get(name)?.negated
  ask(reading, table)
  if (operatorOfRelation(name) === 'is_empty') return related(negated ? 'some' : 'none', relation, table, EVERY_RECORD)
  const id = own(table.fields, 'id')
  if (table.name !== 'Users' || id === undefined) throw invalidFilter(path, 'works only on ids and on relations to Users')
  ask(reading, table, 'id')
  return related(negated ? 'none' : 'some', relation, table, compare(id.column, 'id', 'equals', false, SELF))
}

function related (quantifier: Related['quantifier'], { from, to, through }: Relation, { table }: FilterableTable, condition: Condition): Related {
  const way = through === undefined ? null : Object.freeze({ table: through.table, from: through.from, to: through.to })
  return Object.freeze({ kind: 'related', quantifier, table, from, to, through: way, condition, variables: variablesIn(condition) })
}

function group (kind: Group['kind'], conditions: Condition[]): Condition {
  const [first] = conditions
  return conditions.length === 1 && first !== undefined ? first : Object.freeze({ kind, conditions: Object.freeze(conditions) })
}

function count (path: string, reading: Reading): void {
  reading.conditions++
  if (reading.conditions > reading.limits.conditions) throw invalidFilter(path, `is one condition too many: a filter can have at most ${reading.limits.conditions}`)
}

/** Requires a plain object. A Date, a Map or another instance would look empty, and an empty filter admits every record. */
function entriesOf (json: unknown, path: string, expected: string): [string, unknown][] {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw invalidFilter(path, expected)
  const prototype: unknown = Object.getPrototypeOf(json)
  if (prototype !== null && prototype !== Object.prototype) throw invalidFilter(path, expected)
  return Object.entries(json)
}

/** Own properties only, so that `constructor` and `__proto__` are unknown fields. */
function own<Value> (declared: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
  return declared !== undefined && Object.hasOwn(declared, name) ? declared[name] : undefined
}
