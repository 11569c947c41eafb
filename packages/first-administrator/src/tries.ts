import type { Tables } from '@latchkey/database'
import { sql, type Kysely } from 'kysely'

/** Tries per user and minute: enough for typing mistakes, too few for guessing. */
const MOST = 5
const WINDOW_MS = 60_000

/**
 * Counts a try before it is made, in the shared database, so that concurrent tries cannot exceed the limit.
 *
 * @returns whether the try is allowed
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
