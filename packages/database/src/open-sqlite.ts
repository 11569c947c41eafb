import Sqlite from 'better-sqlite3'
import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DATABASE_ERR_FILE_UNUSABLE } from './errors.js'
import type { ResolvedOptions } from './options.js'

/** What the system and SQLite say of a folder or a file that cannot be made, read or written. */
const unusable = /^(E[A-Z]+|SQLITE_(CANTOPEN|READONLY|PERM|IOERR)\w*)$/

/**
 * Opens the database in a file, and makes the file and its folder where they are not there.
 *
 * @throws DATABASE_ERR_FILE_UNUSABLE
 */
export function openSqlite (path: string, { busyTimeoutMs, synchronous }: Pick<ResolvedOptions, 'busyTimeoutMs' | 'synchronous'>): Sqlite.Database {
  let database: Sqlite.Database | undefined
  try {
    if (path !== ':memory:') makeFolder(dirname(path))
    database = new Sqlite(path, { timeout: busyTimeoutMs })
    // Readers and the writer do not wait for each other, and a commit not for the disk: the event loop would wait with it.
    database.pragma('journal_mode = WAL')
    database.pragma(`synchronous = ${synchronous}`)
    database.pragma('foreign_keys = ON')
    return database
  } catch (cause) {
    database?.close()
    const { code = '', message } = cause as NodeJS.ErrnoException
    throw unusable.test(code) ? new DATABASE_ERR_FILE_UNUSABLE(path, message, { cause }) : cause
  }
}

/** One folder after the other: Node 20 never ends making several at once where the system says that there is nothing above them, as below /proc. */
function makeFolder (path: string): void {
  if (existsSync(path)) return
  const above = dirname(path)
  if (above !== path) makeFolder(above)
  try {
    mkdirSync(path)
  } catch (error) {
    // Another copy of the app may have been faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
