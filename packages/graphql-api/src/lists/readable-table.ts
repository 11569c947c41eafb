import type { Dialect } from '@latchkey/database'
import type { Column, FilterableTable, Relation } from '@latchkey/record-filter'
import type { Allowed, Principal, RolePermissionsService } from '@latchkey/role-permissions'
import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely'
import { GRAPHQL_API_ERR_NOT_AUTHORIZED } from '../errors.js'
import type { ReadableFields } from '../readable-records.js'
import { fieldNames, type ListedTable } from '../tables.js'
import { emptyRecord, type VisibleRecord } from '../visible-records.js'
import type { Direction } from './list-arguments.js'
import type { Key } from './keyset.js'
import type { Asking } from './query-filter.js'

/** The alias of the subquery. */
export const ALIAS = 'readable'
/** The column with the record's id. Filters and items can use the id only if the field `id` is readable. */
export const RECORD_ID = `${ALIAS}.record_id`

const BASE = 'record'

/** A row of a readable table. */
export type ReadableRow = Readonly<Record<string, unknown>>

/**
 * A table as a principal may read it: only readable records, with `null` in place of unreadable fields. Filters, sorting and
 * paging work on this view, so they reveal nothing that reading the whole view would not.
 */
export interface ReadableTable {
  /**
   * A subquery for `from`.
   *
   * @param used the fields and relations that the query uses: the others would only make it longer to compile and prepare
   */
  source (used: ReadonlySet<string>): RawBuilder<unknown>
  /** The table as filters can use it. */
  readonly filterable: FilterableTable
  /** @param fields the fields to read; `null`: all */
  reader (fields: ReadonlySet<string> | null): RecordReader
  key (field: string, direction: Direction): Key
  /** Authorizes what filters use, of this table and of related tables. */
  readonly asking: Asking
}

/** Reads records. */
export interface RecordReader {
  /** The fields that it reads. */
  readonly fields: ReadonlySet<string>
  /** The columns that rows must have. */
  readonly columns: readonly RawBuilder<unknown>[]
  /** The record in a row; unreadable fields are `null`. */
  read (row: ReadableRow): VisibleRecord
}

/** Fields that are readable only in the records that meet a condition. */
interface ConditionalFields {
  readonly condition: Expression<SqlBool>
  readonly names: readonly string[]
}

/** A column of the subquery. */
interface ReadableColumn {
  readonly name: string
  /** The field or relation that it is for. */
  readonly field: string
  /** The table's own column. */
  readonly column: string
}

type ValueColumn = ReadableColumn & Pick<Column, 'type'>

/** @throws ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED if the principal may read no record of the table */
export function readableTable (table: ListedTable, principal: Principal, rolePermissions: RolePermissionsService, dialect: Dialect): ReadableTable {
  const allowed = rolePermissions.authorize(principal, 'read', { table: table.name })
  const { always, conditional } = readableFields()
  const rows = allowed.rowFilter(BASE)
  const values: ValueColumn[] = Object.entries(table.fields).map(([field, { column, type }], index) => ({ name: `value_${index}`, field, column, type }))
  const jsons: ReadableColumn[] = table.json.map((field, index) => ({ name: `json_${index}`, field, column: field }))
  const ways: ReadableColumn[] = Object.entries(table.relations ?? {}).map(([field, { from }], index) => ({ name: `way_${index}`, field, column: from }))
  const fieldSets = new Map<string, ReadableFields>()

  /** Fields with the same condition share it, because it is evaluated for each record. */
  function readableFields (): { readonly always: ReadonlySet<string>, readonly conditional: readonly ConditionalFields[] } {
    const always: string[] = []
    const byCondition = new Map<Expression<SqlBool>, string[]>()
    for (const name of fieldNames(table)) {
      const condition = allowed.fieldFilter(name, BASE)
      if (condition === null) always.push(name)
      else byCondition.set(condition, [...byCondition.get(condition) ?? [], name])
    }
    return { always: new Set(always), conditional: [...byCondition].map(([condition, names]) => ({ condition: orOwn(condition), names })) }
  }

  /** Records with the same readable fields share one set, because lists are long. */
  function fieldsOf (row: ReadableRow): ReadableFields {
    const which = conditional.length === 0 ? '' : row.gives as string
    let fields = fieldSets.get(which)
    if (fields === undefined) {
      fields = new Set([...always, ...conditional.flatMap(({ names }, index) => which[index] === '1' ? names : [])])
      fieldSets.set(which, fields)
    }
    return fields
  }

  /** Users may read everything of their own record. */
  function orOwn (condition: Expression<SqlBool>): Expression<SqlBool> {
    return table.name === 'Users' && principal.kind === 'user' ? sql<SqlBool>`(${condition} or ${sql.ref(`${BASE}.id`)} = ${principal.userId})` : condition
  }

  /** The value of a column where its field is readable. */
  function given ({ field, column }: ReadableColumn): RawBuilder<unknown> {
    const condition = conditional.find(({ names }) => names.includes(field))?.condition
    const value = sql.ref(`${BASE}.${column}`)
    return condition === undefined ? value : sql`case when ${condition} then ${value} end`
  }

  return {
    source: used => {
      const selected = [
        sql`${sql.ref(`${BASE}.id`)} as record_id`,
        ...[...values, ...jsons, ...ways].filter(({ field }) => used.has(field)).map(column => sql`${given(column)} as ${sql.id(column.name)}`),
        // All flags in one column, because rows with many columns are slow to read.
        ...conditional.length === 0 ? [] : [sql`${sql.join(conditional.map(({ condition }) => sql`case when ${condition} then '1' else '0' end`), sql` || `)} as gives`]
      ]
      return sql`(select ${sql.join(selected)} from ${sql.table(table.table)} as ${sql.id(BASE)}${rows === null ? sql`` : sql` where ${rows}`}) as ${sql.id(ALIAS)}`
    },
    filterable: filterableBy(table, values, ways),
    reader: wanted => {
      const isWanted = ({ field }: ReadableColumn) => wanted === null || wanted.has(field)
      const wantedValues = values.filter(isWanted)
      const wantedJsons = jsons.filter(isWanted)
      const read = [...wantedValues, ...wantedJsons]
      return {
        fields: new Set(read.map(({ field }) => field)),
        columns: ['record_id', ...read.map(({ name }) => name), ...conditional.length === 0 ? [] : ['gives']].map(name => sql.ref(`${ALIAS}.${name}`)),
        read: row => {
          const record: Record<string, unknown> = emptyRecord({ id: row.record_id as string, fields: fieldsOf(row) })
          for (const { name, field, type } of wantedValues) record[field] = readValue(row[name], type)
          for (const { name, field } of wantedJsons) record[field] = readJson(row[name])
          return record
        }
      }
    },
    key: (field, direction) => {
      const column = values.find(column => column.field === field) as ValueColumn
      return { expression: byBytes(sql.ref(`${ALIAS}.${column.name}`), column.type, dialect), direction, nullable: !always.has(field) || !table.required.includes(field) }
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

/** The field must be readable for at least some records. For the others it counts as empty. */
function requireSome ({ fields }: Allowed, table: string, field: string): void {
  if (fields?.has(field) === false) throw refused(table, field)
}

/** Filters on related records use the table itself, so the field must be readable for all records. */
function requireAll (allowed: Allowed, table: string, field: string): void {
  if (allowed.fieldFilter(field) !== null) throw refused(table, field)
}

function refused (table: string, field: string | null): Error {
  return new GRAPHQL_API_ERR_NOT_AUTHORIZED(table, 'read', {
    ...field !== null && { field },
    hint: field === null
      ? `a filter on related ${table} needs a role that can read all of them`
      : `filtering or sorting by ${table}.${field} needs a role that can read it, and a filter on related ${table} needs a role that can read it for all of them`
  })
}

/** The table with the columns of the subquery; related tables with their own columns. */
function filterableBy ({ name, queried }: ListedTable, values: readonly ReadableColumn[], ways: readonly ReadableColumn[]): FilterableTable {
  const { fields, relations = {} } = queried()
  const nameOf = (columns: readonly ReadableColumn[], field: string) => columns.find(column => column.field === field)?.name
  const columnOf = (field: string) => nameOf(ways, field) ?? nameOf(values, field) as string
  return {
    name,
    table: ALIAS,
    fields: Object.fromEntries(Object.entries(fields).map(([field, { type }]) => [field, { column: columnOf(field), type }])),
    relations: Object.fromEntries(Object.entries(relations).map(([field, relation]): [string, Relation] => [field, { ...relation, from: columnOf(field) }]))
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
