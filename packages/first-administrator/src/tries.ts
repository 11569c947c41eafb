import type { Tables } from '@latchkey/database'
import { sql, type Kysely } from 'kysely'

/** How many codes a user may try in a minute: enough to mistype it, and nothing to guess it by. */
const MOST = 5
const WINDOW_MS = 60_000

/**
 * Counts a try of a user before it is made, in the database that all copies of the app share: so that no number of tries at once gets past the limit.
 *
 * @returns whether it may be made
 */
export async function takeTry (db: Kysely<Tables>, userId: string): Promise<boolean> {
  const now = new Date().toISOString()
  const end = new Date(Date.now() + WINDOW_MS).toISOString()
  const over = sql<boolean>`latchkey_administrator_tries.expires_at <= ${now}`
  const counted = await db.insertInto('latchkey_administrator_tries')
    .values({ user_id: userId, tries: 1, expires_at: end })
    .onConflict(conflict => conflict.column('user_id').doUpdateSet({
      tries: sql<number>`case when ${over} then 1 else latchkey_administrator_tries.tries + 1 end`,
      expires_at: sql<string>`case when ${over} then ${end} else latchkey_administrator_tries.expires_at end`
    }).where(sql<boolean>`latchkey_administrator_tries.tries < ${MOST} or ${over}`))
    .returning('tries')
    .executeTakeFirst()
  return counted !== undefined
}
