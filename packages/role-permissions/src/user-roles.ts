import { isStorableText, type Tables } from '@latchkey/database'
import type { Kysely } from 'kysely'
import { administratedBy, assertStillAdministrated, holdUser } from './administrators.js'
import type { UsersTable } from './declarations.js'
import { ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_ROLE, ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND, ROLE_PERMISSIONS_ERR_USER_NOT_FOUND } from './errors.js'
import { mayDoEverything, type Role } from './permissions.js'
import { allRoles, holdRoles, toRole } from './roles-store.js'

type Database = Kysely<Tables>

/** A user's roles in the database, by name. */
export async function rolesOfUser (db: Database, userId: string): Promise<Role[]> {
  if (!isStorableText(userId)) return []
  const rows = await db.selectFrom('latchkey_user_roles as has')
    .innerJoin('latchkey_roles as role', 'role.id', 'has.role_id')
    .selectAll('role')
    .where('has.user_id', '=', userId)
    .orderBy('role.name')
    .execute()
  return rows.map(toRole)
}

/**
 * @param db a transaction, which must be rolled back on errors
 * @throws ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND if one of the roles does not exist
 */
export async function assignRoles (db: Database, userId: string, roleIds: readonly string[]): Promise<void> {
  const ids = [...new Set(roleIds)]
  if (ids.length === 0) return
  if (!ids.every(isStorableText)) throw new ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND()
  const existing = await db.selectFrom('latchkey_roles').selectAll().where('id', 'in', ids).execute()
  if (existing.length < ids.length) throw new ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND()
  // A concurrent check for administrators must not miss this one.
  if (existing.map(toRole).some(mayDoEverything)) await holdRoles(db)
  await db.insertInto('latchkey_user_roles')
    .values(ids.map(id => ({ user_id: userId, role_id: id })))
    .onConflict(conflict => conflict.doNothing())
    .execute()
    .catch((error: unknown) => { throw isMissingReference(error) ? new ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND() : error })
}

/** PostgreSQL's foreign_key_violation: another transaction deleted a role after it was looked up. SQLite lets nobody write in between. */
function isMissingReference (error: unknown): boolean {
  return (error as { readonly code?: unknown } | null)?.code === '23503'
}

/**
 * @param db a transaction, which must be rolled back on errors
 * @returns `null` if some user already has full access
 * @throws ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_ROLE, ROLE_PERMISSIONS_ERR_USER_NOT_FOUND
 */
export async function assignFirstAdministrator (db: Database, users: UsersTable | null, userId: string): Promise<Role | null> {
  if (!isStorableText(userId)) throw new ROLE_PERMISSIONS_ERR_USER_NOT_FOUND()
  // Locks the user before the roles, in the same order as changing or deleting a user does, to avoid a deadlock.
  if (users !== null) await holdUser(db, users, userId)
  await holdRoles(db)
  const mayDoAll = (await allRoles(db)).filter(mayDoEverything)
  if (await administratedBy(db, users, mayDoAll)) return null
  const role = mayDoAll.find(({ builtin }) => builtin === 'administrator') ?? mayDoAll[0]
  if (role === undefined) throw new ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_ROLE()
  await assignRoles(db, userId, [role.id])
  return role
}

/**
 * Removes roles from a user; ignores roles the user does not have.
 *
 * @param db a transaction, which must be rolled back on errors
 * @throws ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT for the last existing user with full access
 */
export async function unassignRoles (db: Database, users: UsersTable | null, userId: string, roleIds: readonly string[]): Promise<void> {
  const ids = roleIds.filter(isStorableText)
  if (ids.length === 0 || !isStorableText(userId)) return
  // Serializes two administrators who remove each other's role at the same time.
  await holdRoles(db)
  const mayDoAll = (await allRoles(db)).filter(mayDoEverything)
  const administrated = mayDoAll.some(({ id }) => ids.includes(id)) && await administratedBy(db, users, mayDoAll)
  await db.deleteFrom('latchkey_user_roles').where('user_id', '=', userId).where('role_id', 'in', ids).execute()
  if (administrated) await assertStillAdministrated(db, users, mayDoAll)
}

/** @param db the transaction that deletes the user's record */
export async function forgetUser (db: Database, userId: string): Promise<void> {
  if (!isStorableText(userId)) return
  // A concurrent deletion of roles also removes them from users, in another order. Without this lock there could be a deadlock.
  await holdRoles(db)
  await db.deleteFrom('latchkey_user_roles').where('user_id', '=', userId).execute()
}
