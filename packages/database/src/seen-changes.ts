import type { Kysely } from 'kysely'

/** Counts possible changes in one database. */
export interface SeenChanges {
  /** Grows when this process has run a statement that may change something, and again at the commit of its transaction. */
  readonly count: number
  /** Whether changes of other processes also count, with a short delay. Can change at any time; when it becomes false, the count grows. */
  readonly ofOthers: boolean
  /** Milliseconds for which read data is valid while the count does not grow. */
  readonly holdsForMs: number
}

interface Seen {
  /** The changes of this process, and those of others to these tables. */
  changesOf (tables: readonly string[]): SeenChanges
  /** The tables whose changes do not count. */
  readonly unseen: Set<string>
}

/** By Kysely's adapter, which an instance shares with its transactions and the result of `withoutPlugins`. */
const seenBy = new WeakMap<object, Seen>()

/**
 * Tells whether cached data may be outdated. Take the count before you read; the data is current as long as the count stays
 * the same. Changes of this process count at once. Changes of others count within a second if `ofOthers` is true: on SQLite
 * always, on PostgreSQL for tables prepared by `tellOfChanges`, while notifications work.
 *
 * @param tables the tables that you read, by SQL name. Without them, changes of others do not count on PostgreSQL
 * @returns `null` for an instance that the app created, whose statements cannot be observed
 */
export function seenChanges<DB> (db: Kysely<DB>, tables: readonly string[] = []): SeenChanges | null {
  return seenBy.get(db.getExecutor().adapter)?.changesOf(tables) ?? null
}

/**
 * Excludes this process's changes to these tables from the count. For tables that are written all the time, that nobody caches,
 * and whose changes affect no other table.
 *
 * @param tables by SQL name
 */
export function leaveUnseen<DB> (db: Kysely<DB>, tables: readonly string[]): void {
  for (const table of tables) seenBy.get(db.getExecutor().adapter)?.unseen.add(table)
}

/** Registers an instance, and everything derived from it, for `seenChanges` and `leaveUnseen`. */
export function announceChanges<DB> (db: Kysely<DB>, seen: Seen): void {
  seenBy.set(db.getExecutor().adapter, seen)
}

/** Matches Kysely's SQL and our own. */
const changeOfTable = /^\s*(?:insert into|update|delete from) "?(\w+)/

/** Tells which statements of a connection may change something, by how they start. */
export class WatchedStatements {
  readonly #unseen: ReadonlySet<string>
  /** Whether the transaction has only changed excluded tables so far. */
  #isUnseen = false

  constructor (unseen: ReadonlySet<string>) { this.#unseen = unseen }

  /** Call it for each statement, in order. */
  mayChange (sql: string): boolean {
    if (sql === 'begin') {
      this.#isUnseen = true
      return false
    }
    if (sql === 'commit' || sql === 'rollback') return !this.#isUnseen
    const [, table] = changeOfTable.exec(sql) ?? []
    if (table !== undefined && this.#unseen.has(table)) return false
    this.#isUnseen = false
    // Kysely writes `select` in lower case. Anything else may change something.
    return !sql.startsWith('select ')
  }
}
