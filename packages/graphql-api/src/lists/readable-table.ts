import type { Dialect } from '@latchkey/database'
import type { Column, FilterableTable, Relation } from '@latchkey/record-filter'
import type { Allowed, Principal, RolePermissionsService } from '@latchkey/role-permissions'
import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely'
import { GRAPHQL_API_ERR_NOT_AUTHORIZED } from '../errors.js'
import type { ReadableFields } from '../readable-records.js'
import { fieldNames, type ListedTable } from '../tables.js'
import type { Direction } from './list-arguments.js'
import type { Key } from './keyset.js'
import type { Asking } from './query-filter.js'

/** How queries name it. */
export const ALIAS = 'readable'
/** The column of the record's own id, which no filter and no item has unless the field `id` is given. */
export const RECORD_ID = `${ALIAS}.record_id`

const BASE = 'record'

/** A row of a readable table. */
export type ReadableRow = Readonly<Record<string, unknown>>

/**
 * A table as somebody may read it: the records that they may read, and in each what of it they may read, with `null` in
 * place of the rest. Whatever is asked of it, by filters, sorting or paging, tells nothing that reading it all would not.
 */
export interface ReadableTable {
  /** A subquery, to stand after `from`. */
  readonly source: RawBuilder<unknown>
  /** How filters may speak of it. */
  readonly filterable: FilterableTable
  /** @param fields what of records is wanted; `null`: all of it */
  reader (fields: ReadonlySet<string> | null): RecordReader
  key (field: string, direction: Direction): Key
  /** Whether the records are given whether or not they meet a condition, each and with all that a filter could ask. */
  readonly asking: Asking
}

/** Reads records. */
export interface RecordReader {
  /** The columns that rows must have. */
  readonly columns: readonly RawBuilder<unknown>[]
  /** The record in a row: what is not given is `null`. */
  read (row: ReadableRow): { readonly id: string, readonly fields: ReadableFields, readonly record: Record<string, unknown> }
}

interface ReadableColumn extends Pick<Column, 'type'> {
  readonly name: string
  readonly field: string
}

/**
 * @param described the table, and those that its filters lead to, as filters of queries may speak of them
 * @throws ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED when the principal may read none of it
 */
export function readableTable (
  described: ListedTable, principal: Principal, rolePermissions: RolePermissionsService, dialect: Dialect
): ReadableTable {
  const { table, json } = described
  const allowed = rolePermissions.authorize(principal, 'read', { table: table.name })
  const always = new Set<string>()
  const conditional: { readonly name: string, readonly condition: Expression<SqlBool> }[] = []
  for (const name of fieldNames(described)) {
    const condition = allowed.fieldFilter(name, BASE)
    if (condition === null) always.add(name)
    else conditional.push({ name, condition: orOwn(condition) })
  }
  const columns: ReadableColumn[] = Object.entries(table.fields).map(([field, { type }], index) => ({ name: `value_${index}`, field, type }))
  const selected = [
    sql`${sql.ref(`${BASE}.id`)} as record_id`,
    ...columns.map(({ name, field }) => sql`${given(field, (table.fields[field] as Column).column)} as ${sql.id(name)}`),
    ...Object.entries(json).map(([field, column], index) => sql`${given(field, column)} as ${sql.id(`json_${index}`)}`),
    ...Object.entries(table.relations ?? {}).map(([field, { from }], index) => sql`${given(field, from)} as ${sql.id(`way_${index}`)}`),
    // All in one column: rows of many are slow to read.
    ...conditional.length === 0 ? [] : [sql`${sql.join(conditional.map(({ condition }) => sql`case when ${condition} then '1' else '0' end`), sql` || `)} as gives`]
  ]
  const rows = allowed.rowFilter(BASE)
  const jsonColumns = Object.keys(json).map((field, index) => ({ name: `json_${index}`, field }))
  const fieldSets = new Map<string, ReadableFields>()

  /** The same set for all records of which the same is given: lists are long. */
  function fieldsOf (row: ReadableRow): ReadableFields {
    const which = conditional.length === 0 ? '' : row.gives as string
    let fields = fieldSets.get(which)
    if (fields === undefined) {
      fields = new Set([...always, ...conditional.flatMap(({ name }, index) => which[index] === '1' ? [name] : [])])
      fieldSets.set(which, fields)
    }
    return fields
  }

  /** Everybody reads all of their own record. */
  function orOwn (condition: Expression<SqlBool>): Expression<SqlBool> {
    return table.name === 'Users' && principal.kind === 'user' ? sql<SqlBool>`(${condition} or ${sql.ref(`${BASE}.id`)} = ${principal.userId})` : condition
  }

  function given (field: string, column: string): RawBuilder<unknown> {
    const condition = conditional.find(({ name }) => name === field)?.condition
    const value = sql.ref(`${BASE}.${column}`)
    return condition === undefined ? value : sql`case when ${condition} then ${value} end`
  }

  return {
    source: sql`(select ${sql.join(selected)} from ${sql.table(table.table)} as ${sql.id(BASE)}${rows === null ? sql`` : sql` where ${rows}`}) as ${sql.id(ALIAS)}`,
    filterable: filterableBy(described, columns),
    reader: wanted => {
      const isWanted = ({ field }: { readonly field: string }) => wanted === null || wanted.has(field)
      const plain = columns.filter(isWanted)
      const ofJson = jsonColumns.filter(isWanted)
      return {
        columns: ['record_id', ...plain.map(({ name }) => name), ...ofJson.map(({ name }) => name), ...conditional.length === 0 ? [] : ['gives']].map(name => sql.ref(`${ALIAS}.${name}`)),
        read: row => {
          const record: Record<string, unknown> = {}
          for (const { name, field, type } of plain) record[field] = readValue(row[name], type)
          for (const { name, field } of ofJson) record[field] = readJson(row[name])
          return { id: row.record_id as string, fields: fieldsOf(row), record }
        }
      }
    },
    key: (field, direction) => {
      const column = columns.find(column => column.field === field) as ReadableColumn
      return { expression: byBytes(sql.ref(`${ALIAS}.${column.name}`), column.type, dialect), direction, nullable: !always.has(field) || !described.required.includes(field) }
    },
    asking: {
      field: ({ name: tableName, table: sqlName }, field) => {
        if (sqlName === ALIAS) requireSome(allowed, tableName, field)
        else requireAll(rolePermissions.authorize(principal, 'read', { table: tableName }), tableName, field)
      },
      records: ({ name }) => {
        if (rolePermissions.authorize(principal, 'read', { table: name }).rowFilter() !== null) throw refused(name, null)
      }
    }
  }
}

/** Of some records at least, or the question has no answer for whoever asks. Of the others the field counts as empty. */
function requireSome ({ fields }: Allowed, table: string, field: string): void {
  if (fields?.has(field) === false) throw refused(table, field)
}

/** What a filter asks of related records is asked of the table itself, so that all of it must be given. */
function requireAll (allowed: Allowed, table: string, field: string): void {
  if (allowed.fieldFilter(field) !== null) throw refused(table, field)
}

function refused (table: string, field: string | null): Error {
  return new GRAPHQL_API_ERR_NOT_AUTHORIZED(table, 'read', {
    ...field !== null && { field },
    hint: field === null
      ? `a filter that leads to ${table} needs a role that may read all of them`
      : `a filter or a sort by ${table}.${field} needs a role that may read it, and one that leads to ${table} of all of them`
  })
}

/** The table by the columns of the subquery; related tables by their own. */
function filterableBy ({ table, queried }: ListedTable, columns: readonly ReadableColumn[]): FilterableTable {
  const columnOf = (field: string) => (columns.find(column => column.field === field) as ReadableColumn).name
  const { fields, relations = {} } = queried()
  const ways = Object.keys(table.relations ?? {})
  return {
    name: table.name,
    table: ALIAS,
    fields: Object.fromEntries(Object.entries(fields).map(([field, { type }]) => [field, { column: columnOf(field), type }])),
    relations: Object.fromEntries(Object.entries(relations).map(([field, relation]): [string, Relation] =>
      [field, { ...relation, from: ways.includes(field) ? `way_${ways.indexOf(field)}` : columnOf(field) }]))
  }
}

function byBytes (column: RawBuilder<unknown>, type: Column['type'], dialect: Dialect): RawBuilder<unknown> {
  if (type === 'number' || type === 'boolean') return column
  return dialect === 'postgres' ? sql`${column} collate "C"` : sql`${column} collate binary`
}

function readValue (value: unknown, type: Column['type']): unknown {
  if (value === null || value === undefined) return null
  if (type === 'boolean') return Boolean(value)
  return value instanceof Date ? value.toISOString() : value
}

function readJson (value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : null
}
