import type Sqlite from 'better-sqlite3'
import type { SeenChanges } from './seen-changes.js'

/** Milliseconds for which a change of another process may go unseen. */
const LOOK_AGAIN_MS = 250

/** What this connection was told to change, and what others changed in the file. */
export class SqliteChanges implements SeenChanges {
  readonly ofOthers = true
  readonly #database: Sqlite.Database
  readonly #readVersion: Sqlite.Statement<[]>
  #version: unknown
  #lookAt = 0
  #count = 0

  constructor (database: Sqlite.Database) {
    this.#database = database
    // Another number after each commit of another connection, whichever process has it.
    this.#readVersion = database.prepare<[]>('pragma data_version').pluck()
  }

  get count (): number {
    const now = performance.now()
    // In a transaction it would begin to read, and its first write could no longer wait for that of another process.
    if (now >= this.#lookAt && !this.#database.inTransaction) {
      this.#lookAt = now + LOOK_AGAIN_MS
      this.#look()
    }
    return this.#count
  }

  /** This process may have changed something. */
  note (): void {
    this.#count++
  }

  #look (): void {
    // Somebody may ask after it was closed.
    if (!this.#database.open) return
    const version = this.#readVersion.get()
    if (version !== this.#version) this.#count++
    this.#version = version
  }
}
