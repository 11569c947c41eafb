import type { Tables } from '@latchkey/database'
import type { Kysely } from 'kysely'
import { ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT } from './errors.js'

/** Whether some user has one of these roles. */
export async function administratedBy (db: Kysely<Tables>, roles: readonly { readonly id: string }[]): Promise<boolean> {
  if (roles.length === 0) return false
  const found = await db.selectFrom('latchkey_user_roles').select('user_id').where('role_id', 'in', roles.map(({ id }) => id)).limit(1).executeTakeFirst()
  return found !== undefined
}

/**
 * To be asked after a change, where there was an administrator before: nobody could undo the loss of the last.
 *
 * @param roles those that may do everything
 * @throws ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT
 */
export async function assertStillAdministrated (db: Kysely<Tables>, roles: readonly { readonly id: string }[]): Promise<void> {
  if (!await administratedBy(db, roles)) throw new ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT()
}
