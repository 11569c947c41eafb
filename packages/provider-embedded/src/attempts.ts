import type { Tables } from '@latchkey/database'
import { sql, type Kysely } from 'kysely'

/** How many tries are free, and how the wait grows after them: it doubles with each further try. */
export interface AttemptPolicy {
  readonly free: number
  readonly firstDelayMs: number
  readonly maxDelayMs: number
}

export interface Attempts {
  /**
   * Counts a try before it is made, so that no number of tries at once gets past the limit.
   *
   * @returns whether it may be made
   */
  take (key: string, policy: AttemptPolicy): Promise<boolean>
  /** Takes back one counted try that turned out to be rightful. */
  giveBack (key: string): Promise<void>
  /** Forgets all tries. */
  clear (key: string): Promise<void>
}

/** Tries that are this old count no longer. */
const FORGET_MS = 24 * 60 * 60_000

/** Counts tries in the database, which all copies of the app share. */
export function createAttempts (db: Kysely<Tables>): Attempts {
  return {
    async take (key, policy) {
      const now = Date.now()
      const at = (ms: number) => new Date(now + ms).toISOString()
      const nowText = at(0)
      const expired = sql<boolean>`latchkey_embedded_attempts.expires_at <= ${nowText}`
      const tries = sql<number>`(case when ${expired} then 1 else latchkey_embedded_attempts.tries + 1 end)`
      // The wait after each number of tries, spelled out: both databases know `case`, and not the same arithmetic.
      const waits = delays(policy).map((ms, index) => sql`when ${tries} = ${policy.free + index} then ${at(ms)}`)
      const lockedUntil = sql<string>`(case when ${tries} < ${policy.free} then ${nowText} ${sql.join(waits, sql` `)} else ${at(policy.maxDelayMs)} end)`
      const counted = await db.insertInto('latchkey_embedded_attempts')
        .values({ key, tries: 1, locked_until: nowText, expires_at: at(FORGET_MS) })
        .onConflict(conflict => conflict.column('key')
          .doUpdateSet({ tries, locked_until: lockedUntil, expires_at: at(FORGET_MS) })
          .where('latchkey_embedded_attempts.locked_until', '<=', nowText))
        .returning('tries')
        .executeTakeFirst()
      return counted !== undefined
    },
    async giveBack (key) {
      await db.updateTable('latchkey_embedded_attempts').set(({ eb }) => ({ tries: eb('tries', '-', 1) })).where('key', '=', key).where('tries', '>', 0).execute()
    },
    async clear (key) {
      await db.deleteFrom('latchkey_embedded_attempts').where('key', '=', key).execute()
    }
  }
}

function delays ({ firstDelayMs, maxDelayMs }: AttemptPolicy): number[] {
  const found: number[] = []
  for (let ms = firstDelayMs; ms < maxDelayMs; ms *= 2) found.push(ms)
  return found
}
