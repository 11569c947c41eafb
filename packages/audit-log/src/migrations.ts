import { dialectOf, migrate, textType, type Migrations } from '@latchkey/database'
import type { Kysely } from 'kysely'

export const packageName = '@latchkey/audit-log'

/**
 * Migrates the table, as registration with `migrate: true` does. For apps whose database user cannot change the schema and
 * that register with `migrate: false`.
 *
 * @throws DATABASE_ERR_MIGRATION_FAILED
 */
export async function migrateAuditLog<DB> (db: Kysely<DB>): Promise<void> {
  await migrate(db.withoutPlugins(), packageName, migrations)
}

const migrations: Migrations = {
  '001-audit-events': {
    up: async (db: Kysely<unknown>) => {
      const text = textType(dialectOf(db))
      await db.schema.createTable('latchkey_audit_events')
        .addColumn('id', text, column => column.primaryKey())
        .addColumn('created_at', text, column => column.notNull())
        .addColumn('actor_kind', text, column => column.notNull())
        .addColumn('actor_id', text)
        .addColumn('actor_name', text)
        .addColumn('action', text, column => column.notNull())
        .addColumn('resource', text, column => column.notNull())
        .addColumn('record_id', text, column => column.notNull())
        .addColumn('before', text)
        .addColumn('after', text)
        .execute()
      await db.schema.createIndex('latchkey_audit_events_created_at').on('latchkey_audit_events').columns(['created_at', 'id']).execute()
      await db.schema.createIndex('latchkey_audit_events_record').on('latchkey_audit_events').columns(['resource', 'record_id']).execute()
    }
  }
}
