import { dialectOf, migrate, textType, type Migrations } from '@latchkey/database'
import type { Kysely } from 'kysely'

export const packageName = '@latchkey/activity-log'

/**
 * Migrates the tables, as registration with `migrate: true` does. For apps whose database user cannot change the schema and
 * that register with `migrate: false`. The tables of `@latchkey/users-store` must exist.
 *
 * @throws DATABASE_ERR_MIGRATION_FAILED
 */
export async function migrateActivityLog<DB> (db: Kysely<DB>): Promise<void> {
  await migrate(db.withoutPlugins(), packageName, migrations)
}

const migrations: Migrations = {
  '001-activity': {
    up: async (db: Kysely<unknown>) => {
      const text = textType(dialectOf(db))
      await db.schema.createTable('latchkey_sign_ins')
        .addColumn('id', text, column => column.notNull().primaryKey())
        .addColumn('user_id', text, column => column.notNull())
        .addColumn('profile_id', text, column => column.notNull())
        .addColumn('issuer', text, column => column.notNull())
        .addColumn('subject', text, column => column.notNull())
        .addColumn('created_at', text, column => column.notNull())
        .addColumn('ip', text)
        .addColumn('user_agent', text)
        .addForeignKeyConstraint('latchkey_sign_ins_user_id_fkey', ['user_id'], 'latchkey_users', ['id'], key => key.onDelete('cascade'))
        .execute()
      await db.schema.createIndex('latchkey_sign_ins_created_at').on('latchkey_sign_ins').columns(['created_at', 'id']).execute()
      await db.schema.createIndex('latchkey_sign_ins_user_id').on('latchkey_sign_ins').columns(['user_id', 'created_at']).execute()

      await db.schema.createTable('latchkey_activity_counts')
        .addColumn('day', text, column => column.notNull())
        .addColumn('kind', text, column => column.notNull())
        .addColumn('detail', text, column => column.notNull())
        .addColumn('count', 'bigint', column => column.notNull())
        .addPrimaryKeyConstraint('latchkey_activity_counts_pkey', ['day', 'kind', 'detail'])
        .execute()
    }
  }
}
