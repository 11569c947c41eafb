import type { Kysely } from 'kysely'

/** Counts what may have changed something in one database. */
export interface SeenChanges {
  /** Grows when a statement of this process that may change something has run, and again with the commit of its transaction. */
  readonly count: number
  /** Whether it grows, a little later, by what other processes change too. */
  readonly ofOthers: boolean
}

/** By Kysely's adapter, which an instance shares with its transactions and with what `withoutPlugins` gives. */
const seenBy = new WeakMap<object, SeenChanges>()

/**
 * What this process has changed in a database: whoever remembers something that was read knows by it that it may be otherwise now.
 * What was read is of the count from before the reading. Other processes are seen on SQLite, after a quarter of a second at most.
 *
 * @returns `null` for an instance that the app brought, whose statements nobody sees
 */
export function seenChanges<DB> (db: Kysely<DB>): SeenChanges | null {
  return seenBy.get(db.getExecutor().adapter) ?? null
}

/** Has `seenChanges` answer this for the instance and all that is made from it. */
export function announceChanges<DB> (db: Kysely<DB>, changes: SeenChanges): void {
  seenBy.set(db.getExecutor().adapter, changes)
}

/** Kysely writes `select` in small letters; whatever else a statement begins with, it may change something. */
export function mayChange (sql: string): boolean {
  return !sql.startsWith('select ')
}
