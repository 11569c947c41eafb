import { Migrator, type Kysely, type Migration } from 'kysely'
import { dialectOf } from './dialect.js'
import { DATABASE_ERR_MIGRATION_FAILED } from './errors.js'
import { inImmediateTransaction } from './immediate-transaction.js'

/** Migrations by name. Each runs once, in the order of the names. */
export type Migrations = Readonly<Record<string, Migration>>

/**
 * Migrates one package's tables. Each package has its own record of executed migrations, so packages can be installed and
 * removed independently. Any number of instances can start at once: a lock is held, and all migrations of a call are one
 * transaction.
 *
 * @param db the database with the tables
 * @param packageName the owner of the migrations, for example `@latchkey/users-store`
 * @param migrations with names whose alphabetical order is the order to run them in
 * @throws DATABASE_ERR_MIGRATION_FAILED with the name of the migration and the database's message. The `cause` is its error
 */
export async function migrate<DB> (db: Kysely<DB>, packageName: string, migrations: Migrations): Promise<void> {
  const isSqlite = dialectOf(db) === 'sqlite'
  try {
    // On SQLite, Kysely's migrator uses neither a lock nor a transaction: a failed migration would be half done, and two processes could run it twice.
    if (isSqlite) await inImmediateTransaction(db, connection => runMigrator(connection, packageName, migrations))
    else await runMigrator(db, packageName, migrations)
  } catch (error) {
    throw error instanceof DATABASE_ERR_MIGRATION_FAILED ? error : failure('Migration', packageName, error)
  }
}

async function runMigrator<DB> (db: Kysely<DB>, packageName: string, migrations: Migrations): Promise<void> {
  const table = `latchkey_migrations_${packageName.replace(/^@latchkey\//, '').replace(/[^a-z0-9]+/gi, '_')}`
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
    migrationTableName: table,
    migrationLockTableName: `${table}_lock`
  })
  const { error, results } = await migrator.migrateToLatest()
  if (error === undefined) return
  const [, unknown] = /previously executed migration (\S+) is missing/.exec((error as Error).message) ?? []
  if (unknown !== undefined) throw new DATABASE_ERR_MIGRATION_FAILED('Migration', packageName, `this database has the migration ${unknown}, which this version does not know. Start the version that ran it or a later one, or restore an earlier backup`, { cause: undefined })
  const failed = results?.find(({ status }) => status === 'Error')
  // Undefined if not even the first one was reached, for example because the database does not answer.
  throw failure(failed === undefined ? 'Migration' : `Migration ${failed.migrationName}`, packageName, error)
}

function failure (what: string, packageName: string, cause: unknown): Error {
  return new DATABASE_ERR_MIGRATION_FAILED(what, packageName, describe(cause), { cause })
}

/** If a server has several addresses and none answers, the error itself has no text. */
function describe (cause: unknown): string {
  const { message, code, errors } = cause as { message?: string, code?: string, errors?: { message: string }[] }
  return [message, errors?.[0]?.message, code].find(text => text !== undefined && text !== '') ?? String(cause)
}
