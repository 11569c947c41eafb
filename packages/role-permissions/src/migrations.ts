import { dialectOf, tellOfChanges, textType, type Migrations } from '@latchkey/database'
import type { Kysely } from 'kysely'

export const packageName = '@latchkey/role-permissions'

export const migrations: Migrations = {
  '001-roles': {
    up: async (db: Kysely<unknown>) => {
      const text = textType(dialectOf(db))
      await db.schema.createTable('latchkey_roles')
        .addColumn('id', text, column => column.primaryKey())
        .addColumn('name', text, column => column.notNull().unique())
        .addColumn('description', text)
        .addColumn('builtin', text, column => column.unique())
        .addColumn('permissions', text, column => column.notNull())
        .addColumn('created_at', text, column => column.notNull())
        .addColumn('updated_at', text, column => column.notNull())
        .execute()
      await db.schema.createTable('latchkey_user_roles')
        .addColumn('user_id', text, column => column.notNull())
        .addColumn('role_id', text, column => column.notNull().references('latchkey_roles.id').onDelete('cascade'))
        .addPrimaryKeyConstraint('latchkey_user_roles_pk', ['user_id', 'role_id'])
        .execute()
      await db.schema.createIndex('latchkey_user_roles_role_id').on('latchkey_user_roles').column('role_id').execute()
      await db.schema.createTable('latchkey_role_version')
        .addColumn('id', 'integer', column => column.primaryKey())
        .addColumn('version', 'integer', column => column.notNull())
        .execute()
    }
  },
  '002-told-changes': {
    up: async db => { await tellOfChanges(db, ['latchkey_user_roles']) }
  },
  '003-version-mark': {
    up: async (db: Kysely<unknown>) => { await db.schema.alterTable('latchkey_role_version').addColumn('mark', textType(dialectOf(db))).execute() }
  }
}
