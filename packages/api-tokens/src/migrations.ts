import { dialectOf, migrate, textType, type Migrations } from '@latchkey/database'
import type { Kysely } from 'kysely'

export const packageName = '@latchkey/api-tokens'

/**
 * Migrates the tables, as registration with `migrate: true` does. For apps whose database user cannot change the schema and
 * that register with `migrate: false`. The roles' tables must exist.
 *
 * @throws DATABASE_ERR_MIGRATION_FAILED
 */
export async function migrateApiTokens<DB> (db: Kysely<DB>): Promise<void> {
  await migrate(db.withoutPlugins(), packageName, migrations)
}

/** The tables of this package, by version. */
const migrations: Migrations = {
  '001-api-tokens': {
    up: async db => {
      const text = textType(dialectOf(db))
      await db.schema.createTable('latchkey_api_tokens')
        .addColumn('id', text, column => column.notNull().primaryKey())
        .addColumn('name', text, column => column.notNull())
        .addColumn('secret_hash', text, column => column.notNull())
        .addColumn('expires_at', text)
        .addColumn('last_used_at', text)
        .addColumn('revoked_at', text)
        .addColumn('created_at', text, column => column.notNull())
        .addColumn('updated_at', text, column => column.notNull())
        .addColumn('created_by', text)
        .execute()
      await db.schema.createIndex('latchkey_api_tokens_name').unique().on('latchkey_api_tokens').column('name').execute()
      await db.schema.createIndex('latchkey_api_tokens_secret_hash').unique().on('latchkey_api_tokens').column('secret_hash').execute()

      await db.schema.createTable('latchkey_api_token_roles')
        .addColumn('token_id', text, column => column.notNull())
        .addColumn('role_id', text, column => column.notNull())
        .addPrimaryKeyConstraint('latchkey_api_token_roles_pkey', ['token_id', 'role_id'])
        .addForeignKeyConstraint('latchkey_api_token_roles_token_id_fkey', ['token_id'], 'latchkey_api_tokens', ['id'], key => key.onDelete('cascade'))
        .addForeignKeyConstraint('latchkey_api_token_roles_role_id_fkey', ['role_id'], 'latchkey_roles', ['id'], key => key.onDelete('cascade'))
        .execute()
      await db.schema.createIndex('latchkey_api_token_roles_role_id').on('latchkey_api_token_roles').column('role_id').execute()
    }
  }
}
