import { dialectOf, type Tables } from '@latchkey/database'
import type { FastifyBaseLogger } from 'fastify'
import type { Kysely } from 'kysely'
import { setTimeout as wait } from 'node:timers/promises'

const DAY_MS = 24 * 60 * 60_000
/** Not at once: who opens the app for a moment, to look after something, deletes nothing. */
const FIRST_MS = 60_000
const EVERY_MS = 60 * 60_000
/** So many events go at once, with pauses: nobody waits for long. */
const EVENTS_AT_ONCE = 500
const PAUSE_MS = 50

/** Deletes events that are older than they are kept, now and then; more than one copy of the app may do so. */
export function deleteOldRegularly (db: Kysely<Tables>, keepDays: number, log: FastifyBaseLogger): { stop (): Promise<void> } {
  const stopped = new AbortController()
  let working: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout
  const schedule = (ms: number): void => {
    timer = setTimeout(() => {
      working = deleteOld(db, keepDays, stopped.signal)
        .catch((error: unknown) => { if (!stopped.signal.aborted) log.warn({ err: { message: (error as Error).message } }, 'Old audit events could not be deleted: it is tried again in an hour') })
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

async function deleteOld (db: Kysely<Tables>, keepDays: number, stopped: AbortSignal): Promise<void> {
  const before = new Date(Date.now() - keepDays * DAY_MS).toISOString()
  for (let deleted = EVENTS_AT_ONCE; deleted === EVENTS_AT_ONCE && !stopped.aborted;) {
    const { numDeletedRows } = await db.deleteFrom('latchkey_audit_events')
      .where('id', 'in', old => old.selectFrom('latchkey_audit_events').select('id')
        .where('created_at', '<', before).orderBy('created_at').orderBy('id').limit(EVENTS_AT_ONCE)
        // Those that another copy is deleting: the two would wait for each other.
        .$if(dialectOf(db) === 'postgres', query => query.forUpdate().skipLocked()))
      .executeTakeFirstOrThrow()
    deleted = Number(numDeletedRows)
    if (deleted === EVENTS_AT_ONCE) await wait(PAUSE_MS)
  }
}
