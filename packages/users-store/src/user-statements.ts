import type { Tables } from '@latchkey/database'
import type { Expression, Insertable, Kysely, SqlBool, Updateable } from 'kysely'
import { randomUUID } from 'node:crypto'
import type { KeepingRules } from './constraint-violations.js'
import type { UsersDialect } from './dialects/index.js'
import { USERS_STORE_ERR_USER_NOT_FOUND } from './errors.js'
import type { UsersTable } from './tables.js'
import type { User } from './user.js'
import { rowToUser, userColumns, type Columns } from './user-row.js'
import type { StoredValues } from './user-validation.js'

type Db = Kysely<Tables>

export type UserStatements = ReturnType<typeof createUserStatements>

/** The statements that change the records of users. */
export function createUserStatements ({ toStored }: UsersDialect, columns: Columns, keepingRules: KeepingRules) {
  const selection = userColumns(columns)
  const stored = (values: StoredValues): StoredValues => Object.fromEntries(Object.entries(values).map(([column, value]) => [column, toStored(value)]))

  return {
    /** @throws USERS_STORE_ERR_EMAIL_TAKEN, USERS_STORE_ERR_INVALID_USER */
    insert: async (db: Db, values: StoredValues): Promise<User> => {
      const now = new Date().toISOString()
      const row = { id: randomUUID(), created_at: now, updated_at: now, ...stored(values) }
      const insert = db.insertInto('latchkey_users').values(row as Insertable<UsersTable>).returning(selection)
      return rowToUser(await keepingRules(() => insert.executeTakeFirstOrThrow()), columns)
    },

    /** @throws USERS_STORE_ERR_USER_NOT_FOUND, USERS_STORE_ERR_EMAIL_TAKEN, USERS_STORE_ERR_INVALID_USER */
    update: async (db: Db, id: string, values: StoredValues): Promise<User> => {
      const change = { ...stored(values), updated_at: new Date().toISOString() }
      const update = db.updateTable('latchkey_users').set(change as Updateable<UsersTable>).where('id', '=', id).returning(selection)
      const row = await keepingRules(() => update.executeTakeFirst())
      if (row === undefined) throw new USERS_STORE_ERR_USER_NOT_FOUND()
      return rowToUser(row, columns)
    },

    /** Reads and locks a user: nobody else can change it until the end of the transaction. @throws USERS_STORE_ERR_USER_NOT_FOUND */
    hold: async (db: Db, id: string, where: Expression<SqlBool> | null): Promise<User> => {
      const query = db.updateTable('latchkey_users').set(({ ref }) => ({ id: ref('id') })).where('latchkey_users.id', '=', id)
      const row = await (where === null ? query : query.where(where)).returning(selection).executeTakeFirst()
      if (row === undefined) throw new USERS_STORE_ERR_USER_NOT_FOUND()
      return rowToUser(row, columns)
    },

    delete: async (db: Db, id: string): Promise<void> => {
      await db.deleteFrom('latchkey_users').where('id', '=', id).execute()
    }
  }
}
