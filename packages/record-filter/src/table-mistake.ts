import type { ColumnType, FilterableTable } from './filterable-table.js'

/** By type, so that the compiler requires all of them. */
const columnTypes: Readonly<Record<ColumnType, true>> = { id: true, string: true, number: true, boolean: true, date: true }

/** Tables without a mistake, so that a table is looked at once and not with every filter. */
const sound = new WeakSet<object>()

/**
 * Checks the description of a table, which JavaScript can get wrong without anyone noticing: a misspelt `type` would leave a
 * field without operators. Related tables are not checked, because they may not exist yet.
 *
 * @returns where and what is wrong, for example `Posts.fields.title.type must be …`. `undefined` if there is no mistake
 */
export function mistakeInTable (table: FilterableTable): string | undefined {
  if (!isObject(table)) return 'the table must be an object: { name, table, fields }'
  if (sound.has(table)) return undefined
  const unnamed = mistakeInNames(table, '', ['name'])
  if (unnamed !== undefined) return unnamed
  const mistake = mistakeInNames(table, '', ['table']) ?? mistakeInFields(table.fields) ?? mistakeInRelations(table.relations)
  if (mistake !== undefined) return `${table.name}.${mistake}`
  sound.add(table)
  return undefined
}

function mistakeInFields (fields: unknown): string | undefined {
  if (!isObject(fields)) return 'fields must be an object, for example { id: { column: "id", type: "id" } }'
  return firstMistake(fields, 'fields', '{ column, type }', (column, path) => {
    if (typeof column.type === 'string' && Object.hasOwn(columnTypes, column.type)) return mistakeInNames(column, `${path}.`, ['column'])
    return `${path}.type must be ${inWords(Object.keys(columnTypes))}`
  })
}

function mistakeInRelations (relations: unknown): string | undefined {
  if (relations === undefined) return undefined
  if (!isObject(relations)) return 'relations must be an object'
  return firstMistake(relations, 'relations', '{ kind, table, from, to }', (relation, path) => {
    const { kind, table, through } = relation
    if (kind !== 'one' && kind !== 'many') return `${path}.kind must be ${inWords(['one', 'many'])}`
    if (typeof table !== 'function') return `${path}.table must be a function that returns the related table`
    if (through !== undefined && !isObject(through)) return `${path}.through must be an object: { table, from, to }`
    return mistakeInNames(relation, `${path}.`, ['from', 'to']) ?? (through === undefined ? undefined : mistakeInNames(through, `${path}.through.`, ['table', 'from', 'to']))
  })
}

function firstMistake (named: object, path: string, members: string, check: (value: Readonly<Record<string, unknown>>, path: string) => string | undefined): string | undefined {
  for (const [name, value] of Object.entries(named)) {
    const at = `${path}.${name}`
    const mistake = isObject(value) ? check(value, at) : `${at} must be an object: ${members}`
    if (mistake !== undefined) return mistake
  }
  return undefined
}

function mistakeInNames (named: object, prefix: string, members: readonly string[]): string | undefined {
  const wrong = members.find(member => {
    const name = (named as Readonly<Record<string, unknown>>)[member]
    return typeof name !== 'string' || name === ''
  })
  return wrong === undefined ? undefined : `${prefix}${wrong} must be a non-empty string`
}

function isObject (value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function inWords (values: readonly string[]): string {
  return values.map(value => JSON.stringify(value)).join(' or ')
}
