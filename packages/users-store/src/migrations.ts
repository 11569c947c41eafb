import { migrate, tellOfChanges, type Migrations } from '@latchkey/database'
import type { Kysely } from 'kysely'
import { addAppColumns } from './app-columns.js'
import { usersDialectOf } from './dialects/index.js'
import { resolveOptions } from './options.js'
import type { Columns } from './user-row.js'

/**
 * Creates and upgrades the tables, as registration with `migrate: true` does. For apps that register with
 * `migrate: false` because their database user may not change the schema.
 *
 * @param columns the app's own columns, as passed to the plugin
 * @throws DATABASE_ERR_MIGRATION_FAILED, USERS_STORE_ERR_INVALID_OPTIONS, USERS_STORE_ERR_COLUMN_MISMATCH
 */
export async function migrateUsersStore<DB> (db: Kysely<DB>, columns: Columns = {}): Promise<void> {
  const plain = db.withoutPlugins()
  const resolved = resolveOptions({ columns })
  await migrate(plain, '@latchkey/users-store', migrations)
  await addAppColumns(plain, resolved.columns)
}

/** The tables of this package, by version. */
const migrations: Migrations = {
  '001-users-and-identities': {
    up: async db => {
      const { text, boolean, no } = usersDialectOf(db)
      await db.schema.createTable('latchkey_users')
        .addColumn('id', text, column => column.notNull().primaryKey())
        .addColumn('email', text, column => column.notNull())
        .addColumn('first_name', text)
        .addColumn('last_name', text)
        .addColumn('status', text, column => column.notNull().defaultTo('active'))
        .addColumn('timezone', text)
        .addColumn('avatar', text)
        .addColumn('origin', text)
        .addColumn('is_8base', boolean, column => column.notNull().defaultTo(no))
        .addColumn('created_at', text, column => column.notNull())
        .addColumn('updated_at', text, column => column.notNull())
        .addColumn('created_by', text)
        .execute()
      await db.schema.createIndex('latchkey_users_email').unique().on('latchkey_users').column('email').execute()

      await db.schema.createTable('latchkey_user_identities')
        .addColumn('issuer', text, column => column.notNull())
        .addColumn('subject', text, column => column.notNull())
        .addColumn('user_id', text, column => column.notNull())
        .addColumn('email', text, column => column.notNull())
        .addColumn('created_at', text, column => column.notNull())
        .addPrimaryKeyConstraint('latchkey_user_identities_pkey', ['issuer', 'subject'])
        .addForeignKeyConstraint('latchkey_user_identities_user_id_fkey', ['user_id'], 'latchkey_users', ['id'], key => key.onDelete('cascade'))
        .execute()
      await db.schema.createIndex('latchkey_user_identities_user_id').on('latchkey_user_identities').column('user_id').execute()
    }
  },
  '002-identity-email-verified': {
    up: async db => {
      const { boolean } = usersDialectOf(db)
      await db.schema.alterTable('latchkey_user_identities').addColumn('email_verified', boolean).execute()
    }
  },
  '003-users-by-time': {
    up: async db => {
      // Lists sort users in this order; without the index, each page would read the whole table.
      await db.schema.createIndex('latchkey_users_created_at').on('latchkey_users').columns(['created_at', 'id']).execute()
    }
  },
  '004-told-changes': {
    // The same order in which changes write to these tables, so that they cannot deadlock.
    up: async db => { await tellOfChanges(db, ['latchkey_users', 'latchkey_user_identities']) }
  },
  '005-removed-identities': {
    up: async db => {
      const { text, boolean } = usersDialectOf(db)
      await db.schema.createTable('latchkey_removed_identities')
        .addColumn('issuer', text, column => column.notNull())
        .addColumn('subject', text, column => column.notNull())
        .addColumn('user_id', text, column => column.notNull())
        .addColumn('email', text, column => column.notNull())
        .addColumn('email_verified', boolean)
        .addColumn('created_at', text, column => column.notNull())
        .addColumn('removed_at', text, column => column.notNull())
        .addPrimaryKeyConstraint('latchkey_removed_identities_pkey', ['issuer', 'subject', 'user_id'])
        .addForeignKeyConstraint('latchkey_removed_identities_user_id_fkey', ['user_id'], 'latchkey_users', ['id'], key => key.onDelete('cascade'))
        .execute()
      await db.schema.createIndex('latchkey_removed_identities_user_id').on('latchkey_removed_identities').column('user_id').execute()
    }
  }
}
