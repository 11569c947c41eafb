import { createError } from '@fastify/error'

/** The plugin was registered with options that do not fit; the message names them. */
export const DATABASE_ERR_INVALID_OPTIONS = createError<[string]>('DATABASE_ERR_INVALID_OPTIONS', 'Invalid database options: %s')

/** The URL's scheme is neither `sqlite:` nor `postgres:`. The URL is not repeated: it may hold a password. */
export const DATABASE_ERR_UNSUPPORTED_URL = createError('DATABASE_ERR_UNSUPPORTED_URL', 'Unsupported database URL: use sqlite:<path>, sqlite::memory: or postgres://<user>:<password>@<host>:<port>/<name>')

/** The file of an SQLite URL, or its folder, cannot be made, read or written; the message names it and says why, and what to do. The cause is the error of the system or of SQLite. */
export const DATABASE_ERR_FILE_UNUSABLE = createError<[path: string, said: string, remedy: string, { cause: unknown }]>('DATABASE_ERR_FILE_UNUSABLE', 'The SQLite database %s cannot be used (%s): %s')

/** A Kysely instance was given whose dialect is neither SQLite nor PostgreSQL. */
export const DATABASE_ERR_UNSUPPORTED_DIALECT = createError('DATABASE_ERR_UNSUPPORTED_DIALECT', 'Unsupported Kysely dialect: Latchkey runs on SQLite and PostgreSQL')

/** PostgreSQL has left a statement without an answer, and its connection is given up. */
export const DATABASE_ERR_NO_ANSWER = createError<[withinMs: number]>('DATABASE_ERR_NO_ANSWER', 'The database has not answered within %s ms, and the connection is given up; whether the statement was carried out is not known. If statements may take that long, raise the option answerTimeoutMs (the variable DATABASE_ANSWER_TIMEOUT_MS)')

/** A package's tables could not be brought up to date; nothing of it was kept. The message says at what, and what the database said; the cause is its error. */
export const DATABASE_ERR_MIGRATION_FAILED = createError<[what: string, packageName: string, said: string, { cause: unknown }]>('DATABASE_ERR_MIGRATION_FAILED', '%s of %s failed, and nothing of it was kept: %s')
