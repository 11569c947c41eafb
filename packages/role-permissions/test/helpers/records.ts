import type { FilterableTable } from '@latchkey/record-filter'
import type { FastifyInstance } from 'fastify'
import { sql, type Kysely } from 'kysely'
import type { Allowed } from '../../dist/index.js'

export type Row = Readonly<Record<string, string | null>>

export const people: readonly Row[] = [
  { id: 'ann', email: 'ann@x.org', city: 'Bonn' },
  { id: 'bob', email: 'bob@x.org', city: null },
  { id: 'cleo', email: 'cleo@y.org', city: 'Bonn' }
]
export const articles: readonly Row[] = [
  { id: '1', title: 'one', status: 'published', author_id: 'ann' },
  { id: '2', title: 'two', status: 'draft', author_id: 'ann' },
  { id: '3', title: 'three', status: 'published', author_id: 'bob' },
  { id: '4', title: 'four', status: null, author_id: null }
]

/** Makes the tables that the tests declare, with a few records. */
export async function addRecords ({ db }: FastifyInstance): Promise<void> {
  const records = db as unknown as Kysely<Record<'people' | 'posts', Row>>
  for (const [table, rows] of [['people', people], ['posts', articles]] as const) {
    let create = records.schema.createTable(table)
    for (const column of Object.keys(rows[0] as Row)) create = create.addColumn(column, 'text')
    await create.execute()
    await records.insertInto(table).values(rows).execute()
  }
}

/** The records that a decision gives, each with the fields that it gives of it, as one query of a caller finds them. */
export async function readable ({ db }: FastifyInstance, allowed: Allowed, table: FilterableTable): Promise<[string, Row][]> {
  const rows = allowed.rowFilter('record')
  const columns = Object.entries(table.fields)
    .filter(([field]) => allowed.fields === null || allowed.fields.has(field))
    .map(([field, { column }]) => {
      const condition = allowed.fieldFilter(field, 'record')
      const value = sql`coalesce('given ' || ${sql.ref(`record.${column}`)}, 'given')`
      return sql`${condition === null ? value : sql`case when ${condition} then ${value} end`} as ${sql.id(field)}`
    })
  const query = sql<Record<string, string | null>>`select ${sql.join([sql`record.id as record_id`, ...columns])} from ${sql.table(table.table)} as record ${rows === null ? sql`` : sql`where ${rows}`} order by record.id`
  return (await query.execute(db)).rows.map(({ record_id: id, ...given }) => [
    id as string,
    // 'given' tells a null of the record from a field that is not given.
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null).map(([field, value]) => [field, value === 'given' ? null : (value as string).slice('given '.length)]))
  ])
}
