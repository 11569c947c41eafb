import { sql, type Kysely } from 'kysely'
import { randomUUID } from 'node:crypto'
import { prepareQuery } from './prepared-query.js'

/** A table for one row, whose id is 1: which version of something is stored. */
export interface VersionTable {
  id: number
  /** Grows with every change. */
  version: number
  /** Another one after each change: after a fail-over that lost the last changes, others have the numbers of those. `null` until the first change. */
  mark: string | null
}

/** A version that was read. */
export interface StoredVersion {
  readonly number: number
  readonly mark: string | null
}

/** @param table by SQL name, a `VersionTable` */
export async function readVersion<DB> (db: Kysely<DB>, table: string): Promise<StoredVersion> {
  const [version] = await prepareQuery(db, sql<StoredVersion>`select version as number, mark from ${sql.table(table)} where id = 1`.compile(db)).all([])
  if (version === undefined) throw new Error(`The row of ${table} is missing`)
  return version
}

/**
 * Makes another version, as the first statement of a transaction that changes what it is of: from here to its end, everybody else who does so waits.
 *
 * @param table by SQL name, a `VersionTable`
 */
export async function raiseVersion<DB> (transaction: Kysely<DB>, table: string): Promise<StoredVersion> {
  const { rows: [version] } = await sql<StoredVersion>`update ${sql.table(table)} set version = version + 1, mark = ${randomUUID()} where id = 1 returning version as number, mark`.execute(transaction)
  if (version === undefined) throw new Error(`The row of ${table} is missing`)
  return version
}

/** By both: a copy of the app that does not know the mark yet raises the number alone. */
export function isSameVersion (one: StoredVersion, other: StoredVersion): boolean {
  return one.number === other.number && one.mark === other.mark
}
