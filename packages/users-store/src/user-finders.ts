import { isStorableText, prepareQuery, type PreparedQuery, type Tables } from '@latchkey/database'
import type { Kysely } from 'kysely'
import { normalizeEmail } from './email.js'
import { USERS_STORE_ERR_INVALID_EMAIL } from './errors.js'
import type { User } from './user.js'
import { rowToUser, userColumns, type Columns, type UserRow } from './user-row.js'
import type { UsersStore } from './users-store.js'

/** The queries for one user, which requests run. */
export function createUserFinders (db: Kysely<Tables>, columns: Columns): Pick<UsersStore, 'findById' | 'findByEmail' | 'findByIdentity'> {
  const users = db.selectFrom('latchkey_users').select(userColumns(columns))
  const byId = prepareQuery(db, users.where('id', '=', '').compile())
  const byEmail = prepareQuery(db, users.where('email', '=', '').compile())
  const byIdentity = prepareQuery(db, db
    .selectFrom('latchkey_user_identities as identity')
    .innerJoin('latchkey_users', 'latchkey_users.id', 'identity.user_id')
    .select(userColumns(columns))
    .where('identity.issuer', '=', '')
    .where('identity.subject', '=', '')
    .compile())

  async function find (query: PreparedQuery<UserRow>, parameters: readonly string[]): Promise<User | null> {
    // Text that cannot be stored matches no user. PostgreSQL fails on NUL, and both databases read a lone surrogate as U+FFFD.
    if (!parameters.every(isStorableText)) return null
    const [row] = await query.all(parameters)
    return row === undefined ? null : rowToUser(row, columns)
  }

  return {
    findById: id => find(byId, [id]),
    findByIdentity: ({ issuer, subject }) => find(byIdentity, [issuer, subject]),
    findByEmail: async email => {
      try {
        return await find(byEmail, [normalizeEmail(email)])
      } catch (error) {
        if (error instanceof USERS_STORE_ERR_INVALID_EMAIL) return null
        throw error
      }
    }
  }
}
