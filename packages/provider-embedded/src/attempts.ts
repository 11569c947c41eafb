import type { Tables } from '@latchkey/database'
import { sql, type Kysely } from 'kysely'

/** How many attempts are free, and the wait after that, which doubles with each further attempt. */
export interface AttemptPolicy {
  readonly free: number
  readonly firstDelayMs: number
  readonly maxDelayMs: number
  /** When to forget all attempts, counted from the first one. Default: after a day without attempts. */
  readonly windowMs?: number
}

export interface Attempts {
  /**
   * Counts an attempt before it is made, so that simultaneous attempts can't get past the limit.
   *
   * @returns whether it may be made
   */
  take (key: string, policy: AttemptPolicy): Promise<boolean>
  /** Whether the next attempt has to wait. Counts nothing. */
  mustWait (key: string): Promise<boolean>
  /** Seconds until the next attempt may be made; at least 1. */
  secondsUntilNext (key: string): Promise<number>
  /** Takes back one attempt that turned out to be legitimate, and the wait that it started. */
  giveBack (key: string): Promise<void>
  /** Forgets all attempts. */
  clear (key: string): Promise<void>
  /** Remembers a fact, under a key that counts no attempts. */
  remember (key: string, ms: number): Promise<void>
  isRemembered (key: string): Promise<boolean>
}

/** The `locked_until` of a key that isn't locked. Not the current time: the clocks of instances differ, and simultaneous attempts are counted in any order. */
const NEVER_LOCKED = new Date(0).toISOString()
/** Without a window, attempts are forgotten this long after the last one. */
const FORGET_MS = 24 * 60 * 60_000

/** Counts attempts in the database, which all instances of the app share. */
export function createAttempts (db: Kysely<Tables>): Attempts {
  return {
    async take (key, policy) {
      const now = Date.now()
      const at = (ms: number) => new Date(now + ms).toISOString()
      const nowText = at(0)
      const expired = sql<boolean>`latchkey_embedded_attempts.expires_at <= ${nowText}`
      const tries = sql<number>`(case when ${expired} then 1 else latchkey_embedded_attempts.tries + 1 end)`
      // The wait for each number of attempts as a `case`, because arithmetic differs between the databases.
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
    async mustWait (key) {
      const found = await db.selectFrom('latchkey_embedded_attempts').select('key').where('key', '=', key).where('locked_until', '>', new Date().toISOString()).executeTakeFirst()
      return found !== undefined
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
