import { sql, type Kysely } from 'kysely'
import { setTimeout as wait } from 'node:timers/promises'
import { dialectOf } from './dialect.js'

const DAY_MS = 24 * 60 * 60_000
/** Delayed, so that opening the app briefly deletes nothing. */
const FIRST_MS = 60_000
const EVERY_MS = 60 * 60_000
/** Rows per batch. Between batches there is a pause, so that nobody waits for long. */
const ROWS_AT_ONCE = 500
const PAUSE_MS = 50

/** How long to keep the rows of a table. */
export type KeptRows<DB> = { [Table in keyof DB & string]: {
  readonly table: Table
  /** The primary key. */
  readonly key: ReadonlyArray<keyof DB[Table] & string>
  /** The column with the row's time: ISO 8601 in UTC, or a date, which counts from the start of the day. For a table with many rows, an index should start with it. */
  readonly time: keyof DB[Table] & string
  readonly keepDays: number
} }[keyof DB & string]

/**
 * Deletes expired rows: in a minute, then every hour, a few hundred at a time. Any number of instances can do so.
 *
 * @param tables handled one after another
 * @param report called with an error of the database; deleting is tried again in an hour
 * @returns `stop`; await it before closing the database
 */
export function deleteOldRegularly<DB> (db: Kysely<DB>, tables: ReadonlyArray<KeptRows<DB>>, report: (error: unknown) => void): { stop (): Promise<void> } {
  const stopped = new AbortController()
  let working: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout

  async function work (): Promise<void> {
    try {
      for (const kept of tables) await deleteOld(db, kept, stopped.signal)
    } catch (error) {
      if (!stopped.signal.aborted) report(error)
    }
    if (!stopped.signal.aborted) schedule(EVERY_MS)
  }
  function schedule (ms: number): void {
    timer = setTimeout(() => { working = work() }, ms).unref()
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

async function deleteOld<DB> (db: Kysely<DB>, { table, key, time, keepDays }: KeptRows<DB>, stopped: AbortSignal): Promise<void> {
  const before = new Date(Date.now() - keepDays * DAY_MS).toISOString()
  const [rows, columns] = [sql.table(table), sql.join(key.map(column => sql.ref(column)))]
  // Skips rows that another instance is deleting, to avoid a deadlock.
  const free = dialectOf(db) === 'postgres' ? sql`for update skip locked` : sql``
  const deleteSome = sql`delete from ${rows} where (${columns}) in (select ${columns} from ${rows} where ${sql.ref(time)} < ${before} order by ${sql.ref(time)} limit ${sql.lit(ROWS_AT_ONCE)} ${free})`
  while (!stopped.aborted) {
    const { numAffectedRows = 0n } = await deleteSome.execute(db)
    if (numAffectedRows < ROWS_AT_ONCE) return
    await wait(PAUSE_MS)
  }
}
