import { Migrator, type Kysely, type Migration } from 'kysely'
import { dialectOf } from './dialect.js'
import { DATABASE_ERR_MIGRATION_FAILED } from './errors.js'
import { inImmediateTransaction } from './immediate-transaction.js'

/** Migrations by name; run in the order of their names, each once. */
export type Migrations = Readonly<Record<string, Migration>>

/**
 * Brings one package's tables up to date. Each package keeps its own record of what has run, so
 * packages can be installed and removed one by one, and any number of copies of an app may start at
 * once: Kysely's migrator holds a lock, and all migrations of a call are one transaction.
 *
 * @param db where the tables live
 * @param packageName who owns the migrations, for example `@latchkey/users-store`
 * @param migrations named so that their alphabetical order is the order to run them in
 * @throws DATABASE_ERR_MIGRATION_FAILED, which says which one failed and what the database said; its error is the `cause`
 */
export async function migrate<DB> (db: Kysely<DB>, packageName: string, migrations: Migrations): Promise<void> {
  const isSqlite = dialectOf(db) === 'sqlite'
  try {
    // There, Kysely's migrator neither locks nor wraps in a transaction: a failing migration would leave half of itself behind, and two processes could run it twice.
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
  if (unknown !== undefined) throw new DATABASE_ERR_MIGRATION_FAILED('Migration', packageName, `${unknown} has run on this database, which this version does not know. Start the version that ran it, or a later one, or restore a backup of before`, { cause: undefined })
  const failed = results?.find(({ status }) => status === 'Error')
  // None of them where there was no getting to the first one, such as where the database does not answer.
  throw failure(failed === undefined ? 'Migration' : `Migration ${failed.migrationName}`, packageName, error)
}

function failure (what: string, packageName: string, cause: unknown): Error {
  return new DATABASE_ERR_MIGRATION_FAILED(what, packageName, describe(cause), { cause })
}

/** Where a server has several addresses, and none answers, the error has no text of its own. */
function describe (cause: unknown): string {
  const { message, code, errors } = cause as { message?: string, code?: string, errors?: { message: string }[] }
  return [message, errors?.[0]?.message, code].find(text => text !== undefined && text !== '') ?? String(cause)
}
