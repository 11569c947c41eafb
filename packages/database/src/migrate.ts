import { sql, type Kysely } from 'kysely'
import { dialectOf } from './dialect.js'
import { DATABASE_ERR_MIGRATION_FAILED } from './errors.js'
import { inImmediateTransaction } from './immediate-transaction.js'

/** The advisory lock of Kysely's migrator, which versions before this one used: they can start at the same time. */
const LOCK = 3_853_314_791_062_309_107n

/** A step. Kysely's own type has another address in each of its versions. */
export interface Migration {
  up (db: Kysely<any>): Promise<void> // eslint-disable-line @typescript-eslint/no-explicit-any -- each package knows its own tables
  /** Accepted because Kysely's migrations have it, but never run. */
  down? (db: Kysely<any>): Promise<void> // eslint-disable-line @typescript-eslint/no-explicit-any
}

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
  const inTransaction = dialectOf(db) === 'sqlite' ? inImmediateTransaction : inLockedTransaction
  const record = `latchkey_migrations_${packageName.replace(/^@latchkey\//, '').replace(/[^a-z0-9]+/gi, '_')}`
  try {
    await inTransaction(db, transaction => runPending(transaction, packageName, record, migrations))
  } catch (error) {
    throw error instanceof DATABASE_ERR_MIGRATION_FAILED ? error : failure('Migration', packageName, error)
  }
}

/**
 * One transaction, while no other instance migrates. Kysely's own migrator locks the session instead, and creates its tables
 * before that. Behind a pooler in transaction mode, statements run in different sessions: its lock protects nothing, and stays behind.
 */
async function inLockedTransaction<DB> (db: Kysely<DB>, work: (transaction: Kysely<DB>) => Promise<void>): Promise<void> {
  // With another level, the transaction would not see what was committed while it waited.
  await db.transaction().setIsolationLevel('read committed').execute(async transaction => {
    // The limit of the role or the database is for other locks: another instance's migrations can take any time.
    await sql`set local lock_timeout to 0`.execute(transaction)
    await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(transaction)
    await sql`set local lock_timeout to default`.execute(transaction)
    await work(transaction)
  })
}

async function runPending<DB> (db: Kysely<DB>, packageName: string, record: string, migrations: Migrations): Promise<void> {
  const table = sql.table(record)
  // Not `if not exists`, which needs the right to create tables even if this one exists.
  if (!await exists(db, record)) await sql`create table ${table} (name varchar(255) not null primary key, timestamp varchar(255) not null)`.execute(db)
  const executed = new Set((await sql<{ name: string }>`select name from ${table}`.execute(db)).rows.map(({ name }) => name))
  const names = Object.keys(migrations).sort()
  const unknown = [...executed].sort().find(name => !names.includes(name))
  if (unknown !== undefined) throw new DATABASE_ERR_MIGRATION_FAILED('Migration', packageName, `this database has the migration ${unknown}, which this version does not know. Start the version that ran it or a later one, or restore an earlier backup`, { cause: undefined })
  const overtaken = names.find((name, index) => !executed.has(name) && names.slice(index).some(later => executed.has(later)))
  if (overtaken !== undefined) throw new DATABASE_ERR_MIGRATION_FAILED(`Migration ${overtaken}`, packageName, 'a later one has already run. Give it a name that comes after the names of all others', { cause: undefined })
  for (const name of names.filter(name => !executed.has(name))) {
    try {
      await migrations[name]?.up(db)
    } catch (error) {
      throw failure(`Migration ${name}`, packageName, error)
    }
    await sql`insert into ${table} (name, timestamp) values (${name}, ${new Date().toISOString()})`.execute(db)
  }
}

async function exists<DB> (db: Kysely<DB>, table: string): Promise<boolean> {
  const query = dialectOf(db) === 'sqlite'
    ? sql`select 1 from sqlite_master where type = 'table' and name = ${table}`
    : sql`select 1 where to_regclass(quote_ident(${table})) is not null`
  return (await query.execute(db)).rows.length > 0
}

function failure (what: string, packageName: string, cause: unknown): Error {
  return new DATABASE_ERR_MIGRATION_FAILED(what, packageName, describe(cause), { cause })
}

/** If a server has several addresses and none answers, the error itself has no text. */
function describe (cause: unknown): string {
  const { message, code, errors } = cause as { message?: string, code?: string, errors?: { message: string }[] }
  return [message, errors?.[0]?.message, code].find(text => text !== undefined && text !== '') ?? String(cause)
}
