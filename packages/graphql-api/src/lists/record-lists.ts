import { dialectOf, type Tables } from '@latchkey/database'
import { compileFilter, parseFilter } from '@latchkey/record-filter'
import { variablesOf, type Principal, type RolePermissionsService } from '@latchkey/role-permissions'
import { sql, type Expression, type Kysely, type RawBuilder, type SqlBool } from 'kysely'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT } from '../errors.js'
import type { ListedTables } from '../tables.js'
import type { VisibleRecord } from '../visible-records.js'
import { after, orderBy, reversed, type Key, type Position } from './keyset.js'
import type { List, ReadItems } from './list.js'
import { readOrder, readPage, type ListArguments, type Order, type Page } from './list-arguments.js'
import { readQueryFilter } from './query-filter.js'
import { ALIAS, readableTable, RECORD_ID, type ReadableRow, type ReadableTable } from './readable-table.js'

/** The tables that are read as lists. */
export type ListedName = keyof ListedTables

/** Reads records with the permissions of a principal. */
export interface RecordLists {
  /**
   * A list of a table. The count and the items are read when they are requested.
   *
   * @param among restricts the list by a condition on the id; `null`: all records
   * @throws ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED, GRAPHQL_API_ERR_NOT_AUTHORIZED if the arguments use something unreadable
   * @throws GRAPHQL_API_ERR_INVALID_ARGUMENT, RECORD_FILTER_ERR_INVALID
   */
  list (principal: Principal, table: ListedName, wanted: ListArguments, among?: ((id: RawBuilder<string>) => Expression<SqlBool>) | null): Promise<List<VisibleRecord>>
  /**
   * The readable records with these ids, by id.
   *
   * @throws ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED if the principal may read no record of the table
   */
  byId (principal: Principal, table: ListedName, ids: readonly string[]): Promise<ReadonlyMap<string, VisibleRecord>>
}

/** Some of the readable records. */
interface Part {
  readonly where: RawBuilder<SqlBool>
  /** The fields and relations that the condition and the order use. */
  readonly used: ReadonlySet<string>
}

export function createRecordLists (database: Kysely<Tables>, rolePermissions: RolePermissionsService, tables: ListedTables): RecordLists {
  // The app's Kysely plugins, such as CamelCasePlugin, would rename the columns of the rows.
  const db = database.withoutPlugins()
  const dialect = dialectOf(db)
  const recordId = sql.ref<string>(RECORD_ID)

  async function rowsOf (query: RawBuilder<unknown>): Promise<readonly ReadableRow[]> {
    return (await query.execute(db)).rows as ReadableRow[]
  }

  /** The positions of the items after which a page starts, and before which it ends. */
  async function positionsOf (page: Page, readable: ReadableTable, keys: readonly Key[], { where, used }: Part) {
    const ids = [page.after, page.before].filter(id => id !== null)
    if (ids.length === 0) return { after: null, before: null }
    readable.asking.field(readable.filterable, 'id')
    const values = keys.map(({ expression }, index) => sql`${expression} as ${sql.id(`key_${index}`)}`)
    const rows = await rowsOf(sql`select ${sql.join([sql`${recordId} as record_id`, ...values])} from ${readable.source(new Set([...used, 'id']))} where ${where} and ${idOf(readable)} in (${sql.join(ids)})`)
    const positionOf = (name: 'after' | 'before'): Position | null => {
      if (page[name] === null) return null
      const row = rows.find(({ record_id: id }) => id === page[name])
      if (row === undefined) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ [name]: 'must be the id of an item in the list' })
      return keys.map((_key, index) => row[`key_${index}`])
    }
    return { after: positionOf('after'), before: positionOf('before') }
  }

  async function countOf (readable: ReadableTable, { where, used }: Part): Promise<number> {
    const [row] = await rowsOf(sql`select count(*) as count from ${readable.source(used)} where ${where}`)
    return Number(row?.count)
  }

  return {
    list: async (principal, name, wanted, among = null) => {
      const readable = readableTable(tables[name], principal, rolePermissions, dialect)
      const page = readPage(wanted)
      const order = readOrder(wanted, tables[name].order)
      if (order !== tables[name].order) for (const { field } of order) readable.asking.field(readable.filterable, field)
      const keys = keysOf(readable, order)
      const used = new Set(order.map(({ field }) => field))
      const conditions: Expression<SqlBool>[] = among === null ? [] : [among(recordId)]
      if (wanted.filter != null) {
        const filter = parseFilter(readQueryFilter(wanted.filter, readable.filterable, readable.asking), readable.filterable)
        conditions.push(compileFilter(filter, { dialect, alias: ALIAS, variables: variablesOf(principal), ofTable: true }))
        for (const { table, fields } of filter.asks) if (table === name) fields.forEach(field => used.add(field))
      }
      const matches: Part = { where: allOf(conditions), used }
      const positions = await positionsOf(page, readable, keys, matches)
      if (positions.after !== null) conditions.push(after(keys, positions.after))
      if (positions.before !== null) conditions.push(after(reversed(keys), positions.before))
      const within: Part = { where: allOf(conditions), used }

      const items: ReadItems<VisibleRecord> = async fields => {
        const { fromEnd, skip } = page
        const reader = readable.reader(fields)
        // From the end, `skip` only shortens pages that would reach into the skipped start.
        const size = fromEnd && skip > 0 ? Math.min(page.size, Math.max(0, await countOf(readable, within) - skip)) : page.size
        const source = readable.source(new Set([...used, ...reader.fields]))
        const rows = await rowsOf(sql`select ${sql.join(reader.columns)} from ${source} where ${within.where} order by ${orderBy(fromEnd ? reversed(keys) : keys)} limit ${size} offset ${fromEnd ? 0 : skip}`)
        const found = rows.map(reader.read)
        return fromEnd ? found.reverse() : found
      }
      return { count: once(async () => await countOf(readable, matches)), items }
    },

    byId: async (principal, name, ids) => {
      const readable = readableTable(tables[name], principal, rolePermissions, dialect)
      const reader = readable.reader(null)
      const rows = ids.length === 0 ? [] : await rowsOf(sql`select ${sql.join(reader.columns)} from ${readable.source(reader.fields)} where ${recordId} in (${sql.join(ids)})`)
      return new Map(rows.map(row => [row.record_id as string, reader.read(row)]))
    }
  }
}

/** The sort keys of the list, ending with the id, so that positions are unique. */
function keysOf (readable: ReadableTable, order: readonly Order[]): readonly Key[] {
  return [...order.map(({ field, direction }) => readable.key(field, direction)), { expression: sql.ref(RECORD_ID), direction: order.at(-1)?.direction ?? 'ASC', nullable: false }]
}

/** The id, if the field `id` is readable. */
function idOf ({ filterable }: ReadableTable): RawBuilder<unknown> {
  return sql.ref(`${ALIAS}.${filterable.fields.id?.column as string}`)
}

function allOf (conditions: readonly Expression<SqlBool>[]): RawBuilder<SqlBool> {
  return conditions.length === 0 ? sql<SqlBool>`1 = 1` : sql<SqlBool>`(${sql.join(conditions, sql` and `)})`
}

/** Called once, even if several fields of a query need it. */
function once<Value> (ask: () => Promise<Value>): () => Promise<Value> {
  let asked: Promise<Value> | undefined
  return async () => {
    asked ??= ask()
    return await asked
  }
}
