import { sql, type Kysely } from 'kysely'
import { setTimeout as wait } from 'node:timers/promises'
import { dialectOf } from './dialect.js'

const DAY_MS = 24 * 60 * 60_000
/** Not at once: who opens the app for a moment, to look after something, deletes nothing. */
const FIRST_MS = 60_000
const EVERY_MS = 60 * 60_000
/** So many rows go at once, with pauses: nobody waits for long. */
const ROWS_AT_ONCE = 500
const PAUSE_MS = 50

/** How long the rows of a table are kept. */
export type KeptRows<DB> = { [Table in keyof DB & string]: {
  readonly table: Table
  /** The primary key. */
  readonly key: ReadonlyArray<keyof DB[Table] & string>
  /** The column with the time from which a row grows old: ISO 8601 in UTC, or the day alone, which counts from its beginning. Of a table with many rows an index should begin with it. */
  readonly time: keyof DB[Table] & string
  readonly keepDays: number
} }[keyof DB & string]

/**
 * Deletes what is older than it is kept: a minute from now, then each hour, a few hundred rows at once. Any number of copies of the app may do so.
 *
 * @param tables one after the other
 * @param report told, with the error, when the database refused; it is tried again in an hour
 * @returns `stop`, to be awaited before the database is closed
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
  // Without those that another copy is deleting: the two would wait for each other.
  const free = dialectOf(db) === 'postgres' ? sql`for update skip locked` : sql``
  const deleteSome = sql`delete from ${rows} where (${columns}) in (select ${columns} from ${rows} where ${sql.ref(time)} < ${before} order by ${sql.ref(time)} limit ${sql.lit(ROWS_AT_ONCE)} ${free})`
  while (!stopped.aborted) {
    const { numAffectedRows = 0n } = await deleteSome.execute(db)
    if (numAffectedRows < ROWS_AT_ONCE) return
    await wait(PAUSE_MS)
  }
}
