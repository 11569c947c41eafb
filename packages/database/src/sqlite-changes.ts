import type Sqlite from 'better-sqlite3'
import type { SeenChanges } from './seen-changes.js'

/** Milliseconds for which a change of another process can go unseen. */
const LOOK_AGAIN_MS = 250
/** The same while checking is impossible. After that, read data is no longer trusted. */
const BELIEVED_FOR_MS = 900

/** Counts the changes of this connection, and those of others in the file. */
export class SqliteChanges implements SeenChanges {
  readonly ofOthers = true
  /** Unlimited, because changes and data come from the same file. */
  readonly holdsForMs = Infinity
  readonly #database: Sqlite.Database
  readonly #readVersion: Sqlite.Statement<[]>
  #version: unknown
  #lookAt = 0
  #believedUntil = 0
  #count = 0
  #statement: { readonly busy: boolean } | undefined

  constructor (database: Sqlite.Database) {
    this.#database = database
    // Changes after each commit of another connection in any process.
    this.#readVersion = database.prepare<[]>('pragma data_version').pluck()
  }

  get count (): number {
    const now = performance.now()
    if (now >= this.#lookAt) {
      if (this.#canLook) this.#look(now)
      else if (now >= this.#believedUntil) this.#count++
    }
    return this.#count
  }

  /** Call it when this process may have changed something. */
  note (): void {
    this.#count++
  }

  /** Records the latest statement of this connection; they run one after another. */
  runs (statement: { readonly busy: boolean }): void {
    this.#statement = statement
  }

  /**
   * In a transaction, a check would start a read, and then the first write could not wait for another process's write. While a
   * statement streams rows, SQLite only sees the state at its start.
   */
  get #canLook (): boolean {
    return !this.#database.inTransaction && this.#statement?.busy !== true
  }

  #look (now: number): void {
    this.#lookAt = now + LOOK_AGAIN_MS
    this.#believedUntil = now + BELIEVED_FOR_MS
    // The database may be closed already.
    if (!this.#database.open) return
    const version = this.#readVersion.get()
    if (version !== this.#version) this.#count++
    this.#version = version
  }
}
