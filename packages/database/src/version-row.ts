import { sql, type Kysely } from 'kysely'
import { randomUUID } from 'node:crypto'
import { prepareQuery } from './prepared-query.js'

/** A table with a single row (`id` 1): the version of some stored data. */
export interface VersionTable {
  id: number
  /** Grows with every change. */
  version: number
  /** Random, new with each change: after a fail-over that lost changes, other changes reuse their numbers. `null` until the first change. */
  mark: string | null
}

/** A version that was read. */
export interface StoredVersion {
  readonly number: number
  readonly mark: string | null
}

/** @param table the SQL name of a `VersionTable` */
export async function readVersion<DB> (db: Kysely<DB>, table: string): Promise<StoredVersion> {
  const [version] = await prepareQuery(db, sql<StoredVersion>`select version as number, mark from ${sql.table(table)} where id = 1`.compile(db)).all([])
  if (version === undefined) throw new Error(`The row of ${table} is missing`)
  return version
}

/**
 * Writes a new version. Make it the first statement of a transaction that changes the data: others who do so wait until the
 * transaction ends.
 *
 * @param table the SQL name of a `VersionTable`
 */
export async function raiseVersion<DB> (transaction: Kysely<DB>, table: string): Promise<StoredVersion> {
  const { rows: [version] } = await sql<StoredVersion>`update ${sql.table(table)} set version = version + 1, mark = ${randomUUID()} where id = 1 returning version as number, mark`.execute(transaction)
  if (version === undefined) throw new Error(`The row of ${table} is missing`)
  return version
}

/** Compares both, because an older instance that does not know the mark yet raises only the number. */
export function isSameVersion (one: StoredVersion, other: StoredVersion): boolean {
  return one.number === other.number && one.mark === other.mark
}
