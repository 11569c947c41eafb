/** Explains in one line why the server did not start, with the remedy: errors of drivers and the system name no environment variable. */
import { isUnavailable } from '@latchkey/database'
import type { Config } from './config.js'
import { describeFailure } from './database-failure.js'

const awayRemedy = 'start the database, or correct DATABASE_URL'
const fileRemedy = 'give the server write access to the folder and the file of DATABASE_URL, or correct DATABASE_URL'

/** By error codes of the system, PostgreSQL (SQLSTATE), SQLite and our own; the first match counts. */
const databaseRemedies: [RegExp, string][] = [
  [/^(ECONN|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT|EPIPE|08|57P)/, awayRemedy],
  [/^(28|3D)/, 'correct the user, the password or the database name in DATABASE_URL'],
  [/^(42P05|26000)$/, 'set DATABASE_PREPARED_STATEMENTS=false, because DATABASE_URL leads to a pooler in transaction mode'],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, "use a host in DATABASE_URL that the database server's certificate names"],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, "renew the database server's certificate, or correct the clock of this machine"],
  [/^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_)/, "give DATABASE_URL the CA of the database server's certificate, with sslmode=verify-full&sslrootcert=<file>"],
  [/^25006$/, 'give DATABASE_URL the address of the primary server, because this one is a standby or is set to be read-only'],
  [/^42501$/, 'allow the user of DATABASE_URL to create tables in that database'],
  [/^(ENOSPC|EDQUOT|SQLITE_FULL|SQLITE_IOERR_SHMSIZE|53100)/, 'free space on its disk'],
  [/^(EIO|SQLITE_IOERR)/, 'check that the disk of DATABASE_URL is healthy, has free space and is not a network drive'],
  [/^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST|EISDIR|SQLITE_(CANTOPEN|READONLY|PERM|AUTH))/, fileRemedy],
  [/^(EMFILE|ENFILE)/, 'raise the limit of open files, for the server or the whole system'],
  [/^SQLITE_(NOTADB|CORRUPT)/, 'correct DATABASE_URL, or restore a backup'],
  [/^SQLITE_BUSY/, 'stop the process that locks the database, or wait for it'],
  [/^53300/, 'raise the connection limit of the database'],
  [/^DATABASE_ERR_FILE_UNUSABLE$/, fileRemedy],
  [/^DATABASE_ERR_NO_ANSWER$/, 'find out what keeps the database busy, or which lock the statement waits for']
]

/** For errors whose code says less than their text, or that have none; these count first. */
const remediesBySaid: [RegExp, string][] = [
  [/statement pooling mode/, 'set the pooler to session or transaction mode, or connect to PostgreSQL directly'],
  [/^The server does not support SSL/, 'turn on TLS at the database server, or remove sslmode from DATABASE_URL'],
  [/^no pg_hba\.conf entry .*, no encryption$/, 'add sslmode=verify-full to DATABASE_URL, or allow the connection in pg_hba.conf']
]

/** @returns the message for the operator, without a stack and without the password of a URL */
export function describeStartFailure (error: unknown, config: Pick<Config, 'host' | 'port'> | undefined): string {
  const { message } = error as Error
  if ((error as NodeJS.ErrnoException).code === 'DATABASE_ERR_TLS_FILE_UNREADABLE') return message
  const cause = deepest(error)
  const { code = '', syscall } = cause as NodeJS.ErrnoException
  const said = describeFailure(cause)
  if (config !== undefined && (syscall === 'listen' || syscall === 'bind')) return `it cannot listen on ${config.host}, port ${config.port} (${said}): ${listenRemedy(code)}`
  const remedy = remediesBySaid.find(([texts]) => texts.test(said))?.[1] ?? databaseRemedies.find(([codes]) => codes.test(code) || codes.test((error as NodeJS.ErrnoException).code ?? ''))?.[1]
  if (remedy !== undefined) return `the database cannot be used (${said}): ${remedy}`
  const away = whereAway(error)
  if (away !== undefined) return `the database cannot be used (${describeFailure(away)}): ${awayRemedy}`
  return message.includes(said) ? message : `${message}: ${said}`
}

function listenRemedy (code: string): string {
  if (code === 'EADDRINUSE') return 'stop the process that listens there, or set PORT to another port'
  if (code === 'EACCES') return 'set PORT to 1024 or more'
  return 'set HOST to an address of this machine'
}

/** Finds a driver's error without a code. The outermost one says most, for example that it timed out. */
function whereAway (error: unknown): unknown {
  if (isUnavailable(error)) return error
  return error instanceof Error && error.cause instanceof Error ? whereAway(error.cause) : undefined
}

function deepest (error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? deepest(error.cause) : error
}
