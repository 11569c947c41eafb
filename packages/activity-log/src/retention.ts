import type { Tables } from '@latchkey/database'
import type { FastifyBaseLogger } from 'fastify'
import type { Kysely } from 'kysely'
import { setTimeout as wait } from 'node:timers/promises'
import { DAY_MS, dayOf } from './days.js'

/** Days that counts are kept for. */
const KEEP_COUNTS_DAYS = 2 * 366
/** Not at once: who opens the app for a moment, to look after something, deletes nothing. */
const FIRST_MS = 60_000
const EVERY_MS = 60 * 60_000
/** So many rows go at once, with pauses: nobody waits for long. */
const ROWS_AT_ONCE = 500
const PAUSE_MS = 50

/** Deletes what is older than it is kept, now and then; more than one copy of the app may do so. */
export function deleteOldRegularly (db: Kysely<Tables>, keepDays: number, log: FastifyBaseLogger): { stop (): Promise<void> } {
  const stopped = new AbortController()
  let working: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout
  const schedule = (ms: number): void => {
    timer = setTimeout(() => {
      working = deleteOld(db, { keepDays, now: Date.now(), signal: stopped.signal })
        .catch((error: unknown) => { if (!stopped.signal.aborted) log.warn({ err: { message: (error as Error).message } }, 'Old activity could not be deleted: it is tried again in an hour') })
        .finally(() => { if (!stopped.signal.aborted) schedule(EVERY_MS) })
    }, ms).unref()
  }
  schedule(FIRST_MS)
  return {
    stop: async () => {
      stopped.abort()
      clearTimeout(timer)
      await working
    }
  }
}

/** @param now milliseconds since 1970 */
export async function deleteOld (db: Kysely<Tables>, { keepDays, now, signal }: { keepDays: number, now: number, signal?: AbortSignal }): Promise<void> {
  const before = new Date(now - keepDays * DAY_MS).toISOString()
  for (let deleted = ROWS_AT_ONCE; deleted === ROWS_AT_ONCE && signal?.aborted !== true;) {
    const { numDeletedRows } = await db.deleteFrom('latchkey_sign_ins')
      .where('id', 'in', old => old.selectFrom('latchkey_sign_ins').select('id').where('created_at', '<', before).orderBy('created_at').orderBy('id').limit(ROWS_AT_ONCE))
      .executeTakeFirstOrThrow()
    deleted = Number(numDeletedRows)
    if (deleted === ROWS_AT_ONCE) await wait(PAUSE_MS)
  }
  await db.deleteFrom('latchkey_activity_counts').where('day', '<', dayOf(now - KEEP_COUNTS_DAYS * DAY_MS)).execute()
}
