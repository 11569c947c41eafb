import { createError } from '@fastify/error'

/** The plugin's options are invalid; the message names them. */
export const DATABASE_ERR_INVALID_OPTIONS = createError<[string]>('DATABASE_ERR_INVALID_OPTIONS', 'Invalid database options: %s')

/** The URL's scheme is neither `sqlite:` nor `postgres:`. The message does not repeat the URL, because it may contain a password. */
export const DATABASE_ERR_UNSUPPORTED_URL = createError('DATABASE_ERR_UNSUPPORTED_URL', 'Unsupported database URL: use sqlite:<path>, sqlite::memory: or postgres://<user>:<password>@<host>:<port>/<name>')

/** The SQLite file, or its folder, cannot be created, read or written. The message names it, the reason and the remedy; the cause is the error of the system or of SQLite. */
export const DATABASE_ERR_FILE_UNUSABLE = createError<[path: string, said: string, remedy: string, { cause: unknown }]>('DATABASE_ERR_FILE_UNUSABLE', 'The SQLite database %s cannot be used (%s): %s')

/** A certificate or key that the PostgreSQL URL names cannot be read. The message names the parameter, the reason and the remedy; the cause is the system's error. */
export const DATABASE_ERR_TLS_FILE_UNREADABLE = createError<[parameter: string, said: string, { cause: unknown }]>('DATABASE_ERR_TLS_FILE_UNREADABLE', 'The file of %s in the database URL cannot be read (%s): correct its path, or let this process read it')

/** The Kysely instance's dialect is neither SQLite nor PostgreSQL. */
export const DATABASE_ERR_UNSUPPORTED_DIALECT = createError('DATABASE_ERR_UNSUPPORTED_DIALECT', 'Unsupported Kysely dialect: Latchkey runs on SQLite and PostgreSQL')

/** PostgreSQL did not answer a statement in time, and its connection was closed. */
export const DATABASE_ERR_NO_ANSWER = createError<[withinMs: number]>('DATABASE_ERR_NO_ANSWER', 'The database has not answered within %s ms, so its connection was closed. The statement may or may not have been executed. If your statements can take that long, raise the option answerTimeoutMs (in the reference app, the variable DATABASE_ANSWER_TIMEOUT_MS)')

/** A package's tables could not be migrated, and all its changes were rolled back. The message names the migration and the database's error, which is the cause. */
export const DATABASE_ERR_MIGRATION_FAILED = createError<[what: string, packageName: string, said: string, { cause: unknown }]>('DATABASE_ERR_MIGRATION_FAILED', '%s of %s failed and was rolled back: %s')
