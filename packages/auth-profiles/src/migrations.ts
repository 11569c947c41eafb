import { dialectOf, type Migrations } from '@latchkey/database'
import { sql, type Kysely } from 'kysely'

export const packageName = '@latchkey/auth-profiles'

export const migrations: Migrations = {
  '001-pending-sign-ups': {
    up: async (db: Kysely<unknown>) => {
      // Compared by its bytes on both databases, whatever the locale of the server.
      const text = dialectOf(db) === 'postgres' ? sql`text collate "C"` : sql`text`
      await db.schema.createTable('latchkey_pending_sign_ups')
        .addColumn('issuer', text, column => column.notNull())
        .addColumn('subject', text, column => column.notNull())
        .addColumn('profile_id', text, column => column.notNull())
        .addColumn('user', text, column => column.notNull())
        .addColumn('role_ids', text, column => column.notNull())
        .addColumn('created_at', text, column => column.notNull())
        .addPrimaryKeyConstraint('latchkey_pending_sign_ups_pk', ['issuer', 'subject'])
        .execute()
      await db.schema.createIndex('latchkey_pending_sign_ups_created_at').on('latchkey_pending_sign_ups').column('created_at').execute()
    }
  }
}
