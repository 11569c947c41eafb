import type { Kysely } from 'kysely'
import { usersDialectOf, type UsersDialect } from './dialects/index.js'
import { USERS_STORE_ERR_COLUMN_MISMATCH } from './errors.js'
import { columnName, type Columns } from './user-row.js'
import type { UserColumn } from './user.js'

const TABLE = 'latchkey_users'

/**
 * Adds the app's own columns that the Users table lacks. Existing columns stay unchanged.
 *
 * @throws USERS_STORE_ERR_COLUMN_MISMATCH if a column exists with a type that does not fit
 */
export async function addAppColumns<DB> (db: Kysely<DB>, columns: Columns): Promise<void> {
  if (Object.keys(columns).length === 0) return
  const dialect = usersDialectOf(db)
  await dialect.changeSchema(db, async db => {
    for (const [name, { type }] of await missingColumns(db, dialect, columns)) {
      await db.schema.alterTable(TABLE).addColumn(name, dialect.columnTypes[type]).execute()
    }
  })
}

/**
 * Checks that the app's own columns exist. Changes nothing.
 *
 * @throws USERS_STORE_ERR_COLUMN_MISMATCH if a column is missing or has a type that does not fit
 */
export async function checkAppColumns<DB> (db: Kysely<DB>, columns: Columns): Promise<void> {
  if (Object.keys(columns).length === 0) return
  const [missing] = await missingColumns(db, usersDialectOf(db), columns)
  if (missing !== undefined) throw new USERS_STORE_ERR_COLUMN_MISMATCH(missing[0], 'is missing: run migrateUsersStore first, or register with migrate: true')
}

/** The columns that the table lacks, by SQL name. */
async function missingColumns<DB> (db: Kysely<DB>, { presentTypes }: UsersDialect, columns: Columns): Promise<[string, UserColumn][]> {
  const present = await presentColumns(db)
  return Object.entries(columns).flatMap(([field, column]): [string, UserColumn][] => {
    const name = columnName(field)
    const dataType = present.get(name)?.toLowerCase()
    if (dataType === undefined) return [[name, column]]
    // A length, as in varchar(80), makes no difference.
    if (!presentTypes[column.type].includes(dataType.replace(/ *\(.*/, ''))) {
      throw new USERS_STORE_ERR_COLUMN_MISMATCH(name, `is ${dataType}, but ${field} is declared as ${column.type} (accepted: ${presentTypes[column.type].join(', ')}): change the column or the declaration`)
    }
    return []
  })
}

async function presentColumns<DB> (db: Kysely<DB>): Promise<ReadonlyMap<string, string>> {
  const tables = await db.introspection.getTables()
  const columns = tables.find(table => table.name === TABLE)?.columns ?? []
  return new Map(columns.map(({ name, dataType }) => [name, dataType]))
}
