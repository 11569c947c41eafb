import { databaseUrl, type Dialect } from '@latchkey/test-databases'
import Sqlite from 'better-sqlite3'
import { Kysely, PostgresDialect, sql, SqliteDialect } from 'kysely'
import pg from 'pg'
import { deepStrictEqual } from 'node:assert'
import type { Test } from 'tap'
import { compileFilter, parseFilter, type FilterableTable, type FilterVariables } from '../../dist/index.js'

export type Value = string | number | boolean | null
export type Row = Readonly<Record<string, Value>>
/** Rows by SQL table. */
export type World = Readonly<Record<'users' | 'posts' | 'groups' | 'memberships', readonly Row[]>>
export type Database = Kysely<Record<string, Row>>

/** A database with the tables of `tables.ts`, empty. */
export async function open (t: Test, dialect: Dialect): Promise<Database> {
  const db: Database = dialect === 'sqlite'
    ? new Kysely({ dialect: new SqliteDialect({ database: new Sqlite(':memory:') }) })
    : new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: await databaseUrl(t, dialect), max: 1 }) }) })
  t.teardown(() => db.destroy())
  const boolean = dialect === 'sqlite' ? 'integer' : 'boolean'
  await db.schema.createTable('users')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('email', 'text').addColumn('first_name', 'text').addColumn('age', 'integer').addColumn('score', 'double precision')
    .addColumn('active', boolean).addColumn('joined_at', 'text').addColumn('manager_id', 'text')
    .execute()
  await db.schema.createTable('posts')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('title', 'text').addColumn('published', boolean).addColumn('author_id', 'text')
    .execute()
  await db.schema.createTable('groups').addColumn('id', 'text', column => column.primaryKey()).addColumn('name', 'text').execute()
  await db.schema.createTable('memberships').addColumn('user_id', 'text').addColumn('group_id', 'text').execute()
  return db
}

/** Makes the database hold these rows and no others. */
export async function fill (db: Database, dialect: Dialect, world: Partial<World>): Promise<void> {
  for (const table of ['users', 'posts', 'groups', 'memberships'] as const) {
    await db.deleteFrom(table).execute()
    const rows = world[table] ?? []
    if (rows.length > 0) await db.insertInto(table).values(rows.map(row => dialect === 'sqlite' ? withoutBooleans(row) : row)).execute()
  }
}

function withoutBooleans (row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, typeof value === 'boolean' ? Number(value) : value]))
}

/** The ids of the records that the filter admits, in order; the same ones whether it is asked of each record or of the table. */
export async function select (db: Database, dialect: Dialect, table: FilterableTable, json: unknown, variables: FilterVariables = {}): Promise<unknown[]> {
  const [ofRecords, ofTable] = [await idsBy(false), await idsBy(true)]
  deepStrictEqual(ofTable, ofRecords)
  return ofRecords

  async function idsBy (ofTable: boolean): Promise<unknown[]> {
    const condition = compileFilter(parseFilter(json, table), { dialect, alias: 'record', variables, ofTable })
    const { rows } = await sql<{ id: unknown }>`select id from ${sql.table(table.table)} as record where ${condition}`.execute(db)
    return rows.map(row => row.id).sort()
  }
}
