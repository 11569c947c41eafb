import Sqlite from 'better-sqlite3'
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DATABASE_ERR_FILE_UNUSABLE } from './errors.js'
import type { ResolvedOptions } from './options.js'

/** Codes of the system and of SQLite for a folder or file that cannot be created, read or written. */
const unusable = /^(E[A-Z]+|SQLITE_(CANTOPEN|READONLY|PERM|IOERR|FULL)\w*)$/

/** Remedies by code; the first match counts. */
const remedies: readonly [RegExp, string][] = [
  [/^(ENOSPC|EDQUOT|SQLITE_FULL|SQLITE_IOERR_SHMSIZE)$/, 'free space on its disk'],
  [/^(EMFILE|ENFILE)$/, 'raise the limit of open files of the process or the system'],
  [/^(EIO|SQLITE_IOERR)/, 'check that its disk works, has free space, and is not a network drive'],
  [/^/, 'give the app write access to the file and its folder, or use another file']
]

/**
 * Opens an SQLite file. Creates the file and its folder if they do not exist, for no other user of the machine: the data is
 * personal and may contain secrets.
 *
 * @throws DATABASE_ERR_FILE_UNUSABLE
 */
export function openSqlite (path: string, { busyTimeoutMs, synchronous }: Pick<ResolvedOptions, 'busyTimeoutMs' | 'synchronous'>): Sqlite.Database {
  let database: Sqlite.Database | undefined
  try {
    if (path !== ':memory:') {
      makeFolder(dirname(path))
      makeFile(path)
    }
    database = new Sqlite(path, { timeout: busyTimeoutMs })
    // With these, readers and the writer don't wait for each other, and by default commits don't wait for the disk, which would block the event loop.
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

/** SQLite reports the same code for a forbidden file, a full disk and too many open files. The system's error distinguishes them. */
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

/** Creates one folder at a time: with `recursive`, Node 20 loops forever where the system says that the parent does not exist, as below /proc. */
function makeFolder (path: string): void {
  if (existsSync(path)) return
  const above = dirname(path)
  if (above !== path) makeFolder(above)
  unlessThere(() => { mkdirSync(path, 0o700) })
}

/** Creates the file empty, because SQLite would let everybody read it. SQLite's other files get the mode of this one. */
function makeFile (path: string): void {
  if (existsSync(path)) return
  unlessThere(() => { closeSync(openSync(path, 'wx', 0o600)) })
}

function unlessThere (make: () => void): void {
  try {
    make()
  } catch (error) {
    // Another instance may have been faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
