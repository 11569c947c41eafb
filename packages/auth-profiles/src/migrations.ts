import { dialectOf, textType, type Migrations } from '@latchkey/database'
import { sql, type Kysely } from 'kysely'

export const packageName = '@latchkey/auth-profiles'

export const migrations: Migrations = {
  '001-pending-sign-ups': {
    up: async (db: Kysely<unknown>) => {
      const text = textType(dialectOf(db))
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
  },
  '002-authentication-profiles': {
    up: async (db: Kysely<unknown>) => {
      const text = textType(dialectOf(db))
      await db.schema.createTable('latchkey_authentication_profiles')
        .addColumn('id', text, column => column.notNull().primaryKey())
        .addColumn('name', text, column => column.notNull().unique())
        .addColumn('type', text, column => column.notNull())
        .addColumn('issuer', text, column => column.notNull())
        .addColumn('client_id', text, column => column.notNull())
        .addColumn('domain', text, column => column.notNull())
        .addColumn('audiences', text, column => column.notNull())
        .addColumn('self_sign_up_enabled', dialectOf(db) === 'postgres' ? 'boolean' : 'integer', column => column.notNull())
        .addColumn('position', 'integer', column => column.notNull())
        .addColumn('config', text, column => column.notNull())
        .addColumn('client_secret', text)
        .addColumn('revision', 'integer', column => column.notNull())
        .addColumn('created_at', text, column => column.notNull())
        .addColumn('updated_at', text, column => column.notNull())
        .execute()
      await db.schema.createTable('latchkey_authentication_profile_roles')
        .addColumn('profile_id', text, column => column.notNull().references('latchkey_authentication_profiles.id').onDelete('cascade'))
        .addColumn('role_id', text, column => column.notNull().references('latchkey_roles.id').onDelete('cascade'))
        .addPrimaryKeyConstraint('latchkey_authentication_profile_roles_pk', ['profile_id', 'role_id'])
        .execute()
      await db.schema.createIndex('latchkey_authentication_profile_roles_role_id').on('latchkey_authentication_profile_roles').column('role_id').execute()
      await db.schema.createTable('latchkey_authentication_settings')
        .addColumn('id', 'integer', column => column.primaryKey())
        .addColumn('allowed_callbacks', text, column => column.notNull())
        .addColumn('allowed_logouts', text, column => column.notNull())
        .addColumn('allowed_web_origins', text, column => column.notNull())
        .addColumn('updated_at', text, column => column.notNull())
        .execute()
      await db.schema.createTable('latchkey_authentication_version')
        .addColumn('id', 'integer', column => column.primaryKey())
        .addColumn('version', 'integer', column => column.notNull())
        .execute()
      await sql`insert into latchkey_authentication_version (id, version) values (1, 1)`.execute(db)
    }
  },
  '003-pending-sign-ups-email': {
    up: async (db: Kysely<unknown>) => {
      const text = textType(dialectOf(db))
      await db.schema.alterTable('latchkey_pending_sign_ups').addColumn('email', text).execute()
      await db.schema.createIndex('latchkey_pending_sign_ups_email').on('latchkey_pending_sign_ups').columns(['issuer', 'email']).execute()
    }
  },
  '004-pending-sign-ups-giver': {
    up: async (db: Kysely<unknown>) => {
      const text = textType(dialectOf(db))
      await db.schema.alterTable('latchkey_pending_sign_ups').addColumn('given_by', text).execute()
    }
  },
  '005-version-mark': {
    up: async (db: Kysely<unknown>) => { await db.schema.alterTable('latchkey_authentication_version').addColumn('mark', textType(dialectOf(db))).execute() }
  }
}
