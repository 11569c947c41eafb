import type { Tables } from '@latchkey/database'
import type { Kysely } from 'kysely'
import { assertStillAdministrated } from './administrators.js'
import { ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND } from './errors.js'
import { mayDoEverything, type Role } from './permissions.js'
import { allRoles, holdRoles, toRole } from './roles-store.js'

type Database = Kysely<Tables>

/** The roles of a user, by name, as the database knows them. */
export async function rolesOfUser (db: Database, userId: string): Promise<Role[]> {
  if (!isStorable(userId)) return []
  const rows = await db.selectFrom('latchkey_user_roles as has')
    .innerJoin('latchkey_roles as role', 'role.id', 'has.role_id')
    .selectAll('role')
    .where('has.user_id', '=', userId)
    .orderBy('role.name')
    .execute()
  return rows.map(toRole)
}

/**
 * @param db a transaction: what is thrown must undo it
 * @throws ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND one of the roles does not exist
 */
export async function assignRoles (db: Database, userId: string, roleIds: readonly string[]): Promise<void> {
  const ids = [...new Set(roleIds)]
  if (ids.length === 0) return
  if (!ids.every(isStorable)) throw new ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND()
  const existing = await db.selectFrom('latchkey_roles').select('id').where('id', 'in', ids).execute()
  if (existing.length < ids.length) throw new ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND()
  await db.insertInto('latchkey_user_roles')
    .values(ids.map(id => ({ user_id: userId, role_id: id })))
    .onConflict(conflict => conflict.doNothing())
    .execute()
}

/**
 * Takes roles away from a user; those that it does not have are no mistake.
 *
 * @param db a transaction: what is thrown must undo it
 * @throws ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT it is the last user who may do everything
 */
export async function unassignRoles (db: Database, userId: string, roleIds: readonly string[]): Promise<void> {
  const ids = roleIds.filter(isStorable)
  if (ids.length === 0 || !isStorable(userId)) return
  // Two administrators who take each other's role at once do so one after the other.
  await holdRoles(db)
  const removed = await db.deleteFrom('latchkey_user_roles').where('user_id', '=', userId).where('role_id', 'in', ids).returning('role_id').execute()
  const mayDoAll = (await allRoles(db)).filter(mayDoEverything)
  if (mayDoAll.some(({ id }) => removed.some(row => row.role_id === id))) await assertStillAdministrated(db, mayDoAll)
}

/** Ids may come from clients, and PostgreSQL fails on a NUL in a parameter. */
function isStorable (id: string): boolean {
  return !id.includes('\0')
}
