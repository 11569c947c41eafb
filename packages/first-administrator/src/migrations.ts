import { dialectOf, type Migrations } from '@latchkey/database'
import { sql, type Kysely } from 'kysely'

export const packageName = '@latchkey/first-administrator'

/** The tables of this package, as `tables.ts` describes them. */
export const migrations: Migrations = {
  '001-codes': {
    up: async (db: Kysely<unknown>) => {
      // Compared by its bytes on both databases, whatever the locale of the server.
      const text = dialectOf(db) === 'postgres' ? sql`text collate "C"` : sql`text`
      await db.schema.createTable('latchkey_administrator_codes')
        .addColumn('code_hash', text, column => column.primaryKey())
        .addColumn('expires_at', text, column => column.notNull())
        .execute()
      await db.schema.createTable('latchkey_administrator_tries')
        .addColumn('user_id', text, column => column.primaryKey())
        .addColumn('tries', 'integer', column => column.notNull())
        .addColumn('expires_at', text, column => column.notNull())
        .execute()
    }
  }
}
