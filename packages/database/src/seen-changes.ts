import type { Kysely } from 'kysely'

/** Counts what may have changed something in one database. */
export interface SeenChanges {
  /** Grows when a statement of this process that may change something has run, and again with the commit of its transaction. */
  readonly count: number
  /** Whether it grows, a little later, by what other processes change too. May change at any time; where it becomes false, the count has grown. */
  readonly ofOthers: boolean
  /** Milliseconds for which what was read may be taken for what is there while the count does not grow. */
  readonly holdsForMs: number
}

interface Seen {
  /** The changes of the process, and those that others make of these tables. */
  changesOf (tables: readonly string[]): SeenChanges
  /** The tables whose changes do not count. */
  readonly unseen: Set<string>
}

/** By Kysely's adapter, which an instance shares with its transactions and with what `withoutPlugins` gives. */
const seenBy = new WeakMap<object, Seen>()

/**
 * What is changed in a database: whoever remembers something that was read knows by it that it may be otherwise now.
 * What was read is of the count from before the reading. This process's changes are seen at once, those of others within a second where `ofOthers` is true: on SQLite,
 * and on PostgreSQL of the tables that are told of (`tellOfChanges`), as long as that can be relied on.
 *
 * @param tables by SQL name: those that are read. Left out: on PostgreSQL, no changes of others are seen
 * @returns `null` for an instance that the app brought, whose statements nobody sees
 */
export function seenChanges<DB> (db: Kysely<DB>, tables: readonly string[] = []): SeenChanges | null {
  return seenBy.get(db.getExecutor().adapter)?.changesOf(tables) ?? null
}

/**
 * Has this process's changes of these tables not count: for those that are written all the time, of which nobody remembers
 * anything, and with which nothing else changes.
 *
 * @param tables by SQL name
 */
export function leaveUnseen<DB> (db: Kysely<DB>, tables: readonly string[]): void {
  for (const table of tables) seenBy.get(db.getExecutor().adapter)?.unseen.add(table)
}

/** Has `seenChanges` and `leaveUnseen` know the instance and all that is made from it. */
export function announceChanges<DB> (db: Kysely<DB>, seen: Seen): void {
  seenBy.set(db.getExecutor().adapter, seen)
}

/** As Kysely writes it, or in words of our own. */
const changeOfTable = /^\s*(?:insert into|update|delete from) "?(\w+)/

/** Tells of the statements of one connection which of them may change something, by how they begin. */
export class WatchedStatements {
  readonly #unseen: ReadonlySet<string>
  /** Whether the transaction has done nothing but change tables that are left unseen. */
  #isUnseen = false

  constructor (unseen: ReadonlySet<string>) { this.#unseen = unseen }

  /** To be told of each statement, in order. */
  mayChange (sql: string): boolean {
    if (sql === 'begin') {
      this.#isUnseen = true
      return false
    }
    if (sql === 'commit' || sql === 'rollback') return !this.#isUnseen
    const [, table] = changeOfTable.exec(sql) ?? []
    if (table !== undefined && this.#unseen.has(table)) return false
    this.#isUnseen = false
    // Kysely writes `select` in small letters; whatever else a statement begins with, it may change something.
    return !sql.startsWith('select ')
  }
}
