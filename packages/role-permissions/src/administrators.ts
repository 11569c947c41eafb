import type { Tables } from '@latchkey/database'
import { sql, type Kysely } from 'kysely'
import type { UsersTable } from './declarations.js'
import { ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT, ROLE_PERMISSIONS_ERR_USER_NOT_FOUND } from './errors.js'

/**
 * Whether any user has one of these roles.
 *
 * @param users where users are stored: roles of deleted users do not count. `null`: unknown, and every assignment counts
 */
export async function administratedBy (db: Kysely<Tables>, users: UsersTable | null, roles: readonly { readonly id: string }[]): Promise<boolean> {
  if (roles.length === 0) return false
  let query = db.selectFrom('latchkey_user_roles as has').select('has.user_id').where('has.role_id', 'in', roles.map(({ id }) => id)).limit(1)
  if (users !== null) query = query.where(sql<boolean>`exists (select 1 from ${sql.table(users.table)} as person where ${sql.ref(`person.${users.id}`)} = ${sql.ref('has.user_id')})`)
  return await query.executeTakeFirst() !== undefined
}

/**
 * Call it after a change if there was an administrator before: nobody could undo the loss of the last one.
 *
 * @param roles the roles with full access
 * @throws ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT
 */
export async function assertStillAdministrated (db: Kysely<Tables>, users: UsersTable | null, roles: readonly { readonly id: string }[]): Promise<void> {
  if (!await administratedBy(db, users, roles)) throw new ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT()
}

/**
 * Locks the user's record until the end of the transaction.
 *
 * @throws ROLE_PERMISSIONS_ERR_USER_NOT_FOUND
 */
export async function holdUser (transaction: Kysely<Tables>, { table, id }: UsersTable, userId: string): Promise<void> {
  // An update that changes nothing locks the record on both databases.
  const { rows } = await sql`update ${sql.table(table)} set ${sql.id(id)} = ${sql.id(id)} where ${sql.id(id)} = ${userId} returning ${sql.id(id)}`.execute(transaction)
  if (rows.length === 0) throw new ROLE_PERMISSIONS_ERR_USER_NOT_FOUND()
}
