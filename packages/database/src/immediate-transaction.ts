import { sql, type Kysely } from 'kysely'

/**
 * Runs a schema change of an SQLite database atomically, while no other process writes. Kysely's own transactions let others
 * write until the first change.
 *
 * @param work receives the connection to use
 */
export async function inImmediateTransaction<DB> (db: Kysely<DB>, work: (connection: Kysely<DB>) => Promise<void>): Promise<void> {
  await db.connection().execute(async connection => {
    await sql`begin immediate`.execute(connection)
    try {
      await work(connection)
      await sql`commit`.execute(connection)
    } catch (error) {
      // After some errors, such as a full disk, SQLite has already rolled back.
      await sql`rollback`.execute(connection).catch(() => {})
      throw error
    }
  })
}
