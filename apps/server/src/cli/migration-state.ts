import type { Tables } from '@latchkey/database'
import { sql, type Kysely } from 'kysely'

/** Names of migrations, each prefixed with its package: `users_store/001-users-and-identities`. */
export interface MigrationState {
  /** Migrations that the next start of the server would run. */
  readonly pending: readonly string[]
  /** Migrations that a newer version has run. */
  readonly unknown: readonly string[]
  /** Whether the app has never been started on this database. */
  readonly untouched: boolean
}

/** Compares the migrations of a database with those of one that is up to date. */
export async function migrationState (db: Kysely<Tables>, upToDate: Kysely<Tables>): Promise<MigrationState> {
  const [run, known] = await Promise.all([migrationsOf(db), migrationsOf(upToDate)])
  return { pending: known.filter(name => !run.includes(name)), unknown: run.filter(name => !known.includes(name)), untouched: run.length === 0 }
}

async function migrationsOf (db: Kysely<Tables>): Promise<string[]> {
  const tables = (await db.introspection.getTables({ withInternalKyselyTables: true })).map(({ name }) => name)
    .filter(name => name.startsWith('latchkey_migrations_') && !name.endsWith('_lock'))
  const names = await Promise.all(tables.map(async table => {
    const { rows } = await sql<{ name: string }>`select name from ${sql.table(table)}`.execute(db)
    return rows.map(({ name }) => `${table.slice('latchkey_migrations_'.length)}/${name}`)
  }))
  return names.flat().sort()
}
