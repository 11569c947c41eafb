import type { Tables } from '@latchkey/database'
import { sql, type Kysely } from 'kysely'

/** How many tries are free, and how the wait grows after them: it doubles with each further try. */
export interface AttemptPolicy {
  readonly free: number
  readonly firstDelayMs: number
  readonly maxDelayMs: number
  /** How long after the first try all is forgotten; left out: after a day without one. */
  readonly windowMs?: number
}

export interface Attempts {
  /**
   * Counts a try before it is made, so that no number of tries at once gets past the limit.
   *
   * @returns whether it may be made
   */
  take (key: string, policy: AttemptPolicy): Promise<boolean>
  /** In how many seconds a try may be made that may not be made now; 1 at least. */
  secondsUntilNext (key: string): Promise<number>
  /** Takes back one counted try that turned out to be rightful, and the wait that it began. */
  giveBack (key: string): Promise<void>
  /** Forgets all tries. */
  clear (key: string): Promise<void>
  /** Keeps that something was so, under a key that no tries are counted under. */
  remember (key: string, ms: number): Promise<void>
  isRemembered (key: string): Promise<boolean>
}

/** When a key is locked until that is not locked. Not the present: the clocks of copies differ, and of tries at once any may be counted first. */
const NEVER_LOCKED = new Date(0).toISOString()
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
      const lockedUntil = sql<string>`(case when ${tries} < ${policy.free} then ${NEVER_LOCKED} ${sql.join(waits, sql` `)} else ${at(policy.maxDelayMs)} end)`
      const forgotten = at(policy.windowMs ?? FORGET_MS)
      const end = policy.windowMs === undefined ? forgotten : sql<string>`(case when ${expired} then ${forgotten} else latchkey_embedded_attempts.expires_at end)`
      const counted = await db.insertInto('latchkey_embedded_attempts')
        .values({ key, tries: 1, locked_until: policy.free > 1 ? NEVER_LOCKED : at(delays(policy)[0] ?? policy.maxDelayMs), expires_at: forgotten })
        .onConflict(conflict => conflict.column('key')
          .doUpdateSet({ tries, locked_until: lockedUntil, expires_at: end })
          .where('latchkey_embedded_attempts.locked_until', '<=', nowText))
        .returning('tries')
        .executeTakeFirst()
      return counted !== undefined
    },
    async secondsUntilNext (key) {
      const row = await db.selectFrom('latchkey_embedded_attempts').select('locked_until').where('key', '=', key).executeTakeFirst()
      return Math.max(1, Math.ceil((Date.parse(row?.locked_until ?? NEVER_LOCKED) - Date.now()) / 1000))
    },
    async giveBack (key) {
      await db.updateTable('latchkey_embedded_attempts').set(({ eb }) => ({ tries: eb('tries', '-', 1), locked_until: NEVER_LOCKED })).where('key', '=', key).where('tries', '>', 0).execute()
    },
    async clear (key) {
      await db.deleteFrom('latchkey_embedded_attempts').where('key', '=', key).execute()
    },
    async remember (key, ms) {
      const row = { tries: 0, locked_until: NEVER_LOCKED, expires_at: new Date(Date.now() + ms).toISOString() }
      await db.insertInto('latchkey_embedded_attempts').values({ key, ...row }).onConflict(conflict => conflict.column('key').doUpdateSet(row)).execute()
    },
    async isRemembered (key) {
      const found = await db.selectFrom('latchkey_embedded_attempts').select('key').where('key', '=', key).where('expires_at', '>', new Date().toISOString()).executeTakeFirst()
      return found !== undefined
    }
  }
}

function delays ({ firstDelayMs, maxDelayMs }: AttemptPolicy): number[] {
  const found: number[] = []
  for (let ms = firstDelayMs; ms < maxDelayMs; ms *= 2) found.push(ms)
  return found
}
