import type { Tables } from '@latchkey/database'
import { sql, type Kysely } from 'kysely'

/** Rows removed by one statement: few enough that nobody waits for it. */
const BATCH = 500
/** An expired code is kept a while, so that whoever follows its link can be sent a new one. */
const CODE_KEPT_MS = 7 * 24 * 60 * 60_000
const OUTBOX_KEPT_MS = 24 * 60 * 60_000

/**
 * Removes what has expired, in batches. Any number of copies may run it at once.
 *
 * @returns how many rows were removed
 */
export async function removeExpired (db: Kysely<Tables>, now = Date.now()): Promise<number> {
  const at = (ms: number) => new Date(now + ms).toISOString()
  return await inBatches(db, sql`latchkey_embedded_records`, sql`model, id`, sql`expires_at`, at(0)) +
    await inBatches(db, sql`latchkey_embedded_attempts`, sql`key`, sql`expires_at`, at(0)) +
    await inBatches(db, sql`latchkey_embedded_codes`, sql`purpose, email`, sql`expires_at`, at(-CODE_KEPT_MS)) +
    await inBatches(db, sql`latchkey_embedded_outbox`, sql`id`, sql`sent_at`, at(-OUTBOX_KEPT_MS))
}

type Fragment = ReturnType<typeof sql>

async function inBatches (db: Kysely<Tables>, table: Fragment, key: Fragment, column: Fragment, before: string): Promise<number> {
  let removed = 0
  for (;;) {
    const { numAffectedRows = 0n } = await sql`delete from ${table} where (${key}) in (select ${key} from ${table} where ${column} <= ${before} limit ${BATCH})`.execute(db)
    removed += Number(numAffectedRows)
    if (numAffectedRows < BATCH) return removed
  }
}
