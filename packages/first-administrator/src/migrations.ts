import { dialectOf, textType, type Migrations } from '@latchkey/database'
import type { Kysely } from 'kysely'

export const packageName = '@latchkey/first-administrator'

export const migrations: Migrations = {
  '001-codes': {
    up: async (db: Kysely<unknown>) => {
      const text = textType(dialectOf(db))
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
