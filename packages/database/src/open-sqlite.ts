import Sqlite from 'better-sqlite3'
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DATABASE_ERR_FILE_UNUSABLE } from './errors.js'
import type { ResolvedOptions } from './options.js'

/** What the system and SQLite say of a folder or a file that cannot be made, read or written. */
const unusable = /^(E[A-Z]+|SQLITE_(CANTOPEN|READONLY|PERM|IOERR|FULL)\w*)$/

/** By what is said: the first that fits. */
const remedies: readonly [RegExp, string][] = [
  [/^(ENOSPC|EDQUOT|SQLITE_FULL|SQLITE_IOERR_SHMSIZE)$/, 'make room on its disk'],
  [/^(EMFILE|ENFILE)$/, 'let the process, or the whole system, open more files'],
  [/^(EIO|SQLITE_IOERR)/, 'see that its disk is sound, has room, and is none of a network'],
  [/^/, 'let the app write to that file and its folder, or give the URL of another']
]

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
  } catch (error) {
    database?.close()
    const cause = saidBySystem(path, error)
    const { code = '', message } = cause as NodeJS.ErrnoException
    throw unusable.test(code) ? new DATABASE_ERR_FILE_UNUSABLE(path, message, remedyFor(code), { cause }) : cause
  }
}

/** SQLite says the same of a file that may not be opened, a full disk and too many open files: the system tells them apart. */
function saidBySystem (path: string, error: unknown): unknown {
  if (!/^SQLITE_CANTOPEN/.test((error as NodeJS.ErrnoException).code ?? '')) return error
  try {
    closeSync(openSync(path, 'a'))
    return error
  } catch (why) {
    return why
  }
}

function remedyFor (code: string): string {
  return remedies.find(([codes]) => codes.test(code))?.[1] as string
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
