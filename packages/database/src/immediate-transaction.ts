import { sql, type Kysely } from 'kysely'

/**
 * Runs a change of the schema of an SQLite database while no other process writes, all of it or nothing. Kysely's transactions let others write until the first change.
 *
 * @param work is given the connection to query by
 */
export async function inImmediateTransaction<DB> (db: Kysely<DB>, work: (connection: Kysely<DB>) => Promise<void>): Promise<void> {
  await db.connection().execute(async connection => {
    await sql`begin immediate`.execute(connection)
    try {
      await work(connection)
      await sql`commit`.execute(connection)
    } catch (error) {
      // After some errors, such as a full disk, SQLite has done so itself.
      await sql`rollback`.execute(connection).catch(() => {})
      throw error
    }
  })
}
