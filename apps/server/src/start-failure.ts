/** Why the server did not start, in one line with the remedy: what a driver or the system says names neither variable. */
import { isUnavailable } from '@latchkey/database'
import type { Config } from './config.js'
import { describeFailure } from './database-failure.js'

const awayRemedy = 'start the database, or correct DATABASE_URL'
const fileRemedy = 'let the server write to the folder and the file of DATABASE_URL, or correct it'

/** By the codes of the system, PostgreSQL (SQLSTATE), SQLite and our own: the first that fits. */
const databaseRemedies: [RegExp, string][] = [
  [/^(ECONN|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT|EPIPE|08|57P)/, awayRemedy],
  [/^(28|3D)/, 'correct the user, the password or the name of the database in DATABASE_URL'],
  [/^42501$/, 'let the user of DATABASE_URL make tables in that database'],
  [/^(ENOSPC|EDQUOT|SQLITE_FULL|SQLITE_IOERR_SHMSIZE|53100)/, 'make room on its disk'],
  [/^(EIO|SQLITE_IOERR)/, 'see that the disk of DATABASE_URL is sound, has room, and is none of a network'],
  [/^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST|EISDIR|SQLITE_(CANTOPEN|READONLY|PERM|AUTH))/, fileRemedy],
  [/^(EMFILE|ENFILE)/, 'let the server, or the whole system, open more files'],
  [/^SQLITE_(NOTADB|CORRUPT)/, 'correct DATABASE_URL, or restore a backup'],
  [/^SQLITE_BUSY/, 'end the process that holds the database, or wait for it'],
  [/^53300/, 'let the database take more connections'],
  [/^DATABASE_ERR_FILE_UNUSABLE$/, fileRemedy],
  [/^DATABASE_ERR_NO_ANSWER$/, 'find out what the database is busy with, or which lock it waits for']
]

/** @returns what the operator reads; no stack, and nothing of a URL's password */
export function describeStartFailure (error: unknown, config: Pick<Config, 'host' | 'port'> | undefined): string {
  const { message } = error as Error
  const cause = deepest(error)
  const { code = '', syscall } = cause as NodeJS.ErrnoException
  const said = describeFailure(cause)
  if (config !== undefined && (syscall === 'listen' || syscall === 'bind')) return `it cannot listen on ${config.host}, port ${config.port} (${said}): ${listenRemedy(code)}`
  const remedy = databaseRemedies.find(([codes]) => codes.test(code) || codes.test((error as NodeJS.ErrnoException).code ?? ''))?.[1]
  if (remedy !== undefined) return `the database does not do what it is asked (${said}): ${remedy}`
  const away = whereAway(error)
  if (away !== undefined) return `the database does not do what it is asked (${describeFailure(away)}): ${awayRemedy}`
  return message.includes(said) ? message : `${message}: ${said}`
}

function listenRemedy (code: string): string {
  if (code === 'EADDRINUSE') return 'end what listens there, or set PORT'
  if (code === 'EACCES') return 'set PORT to 1024 or more'
  return 'set HOST to an address of this machine'
}

/** What the driver says without a code: the outermost says most, such as that it has waited in vain. */
function whereAway (error: unknown): unknown {
  if (isUnavailable(error)) return error
  return error instanceof Error && error.cause instanceof Error ? whereAway(error.cause) : undefined
}

function deepest (error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? deepest(error.cause) : error
}
