import type Sqlite from 'better-sqlite3'
import type { SeenChanges } from './seen-changes.js'

/** Milliseconds for which a change of another process may go unseen. */
const LOOK_AGAIN_MS = 250
/** The same where nobody can look; after them, what was read is not believed any more. */
const BELIEVED_FOR_MS = 900

/** What this connection was told to change, and what others changed in the file. */
export class SqliteChanges implements SeenChanges {
  readonly ofOthers = true
  /** Reading it again would tell nothing else: both are asked of the same file. */
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
    // Another number after each commit of another connection, whichever process has it.
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

  /** This process may have changed something. */
  note (): void {
    this.#count++
  }

  /** Of the statements of this connection, which run one after the other, this is the latest. */
  runs (statement: { readonly busy: boolean }): void {
    this.#statement = statement
  }

  /**
   * In a transaction a look would begin to read, and its first write could no longer wait for that of another process. While a statement streams its rows, SQLite
   * looks at what was there when it began.
   */
  get #canLook (): boolean {
    return !this.#database.inTransaction && this.#statement?.busy !== true
  }

  #look (now: number): void {
    this.#lookAt = now + LOOK_AGAIN_MS
    this.#believedUntil = now + BELIEVED_FOR_MS
    // Somebody may ask after it was closed.
    if (!this.#database.open) return
    const version = this.#readVersion.get()
    if (version !== this.#version) this.#count++
    this.#version = version
  }
}
