import { createOptionsCheck } from '@latchkey/plugin-options'
import type { Kysely } from 'kysely'
import Type, { type Static } from 'typebox'
import { DATABASE_ERR_INVALID_OPTIONS } from './errors.js'

const schema = Type.Object({
  /** `sqlite:./data/app.db`, `sqlite::memory:` or `postgres://user:password@host:port/name`. */
  url: Type.Optional(Type.String({ minLength: 1 })),
  /** A Kysely instance that the app already has, on SQLite or PostgreSQL. The app must close it. */
  kysely: Type.Optional(Type.Unsafe<Kysely<any>>({})), // eslint-disable-line @typescript-eslint/no-explicit-any -- an app's instance knows its own tables
  /** PostgreSQL: the maximum number of connections. */
  maxConnections: Type.Integer({ minimum: 1, maximum: 1000, default: 10 }),
  /** PostgreSQL: milliseconds to wait for a connection before a query fails. */
  connectionTimeoutMs: Type.Integer({ minimum: 1, default: 5000 }),
  /** PostgreSQL: milliseconds of silence after which a statement fails and its connection is closed. Also the server's limit between two statements of a transaction. At most what a timer supports. */
  answerTimeoutMs: Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1, default: 30_000 }),
  /** PostgreSQL: whether hot queries stay prepared, by a name. `false` behind a pooler that gives each transaction another session and does not prepare them there. */
  preparedStatements: Type.Boolean({ default: true }),
  /** SQLite: milliseconds to wait for another process's lock before a query fails. */
  busyTimeoutMs: Type.Integer({ minimum: 0, default: 5000 }),
  /** SQLite: `full` makes every commit wait for the disk; with `normal`, a power cut can lose the last commits. */
  synchronous: Type.Union([Type.Literal('normal'), Type.Literal('full')], { default: 'normal' })
}, { additionalProperties: false })

/** The options of `@latchkey/database`: exactly one of `url` and `kysely`. */
export type DatabaseOptions = Partial<Static<typeof schema>>
export type ResolvedOptions = Readonly<Static<typeof schema>>

const check = createOptionsCheck(schema, DATABASE_ERR_INVALID_OPTIONS)

export function resolveOptions (options: DatabaseOptions): ResolvedOptions {
  const resolved = check(options)
  if ((resolved.url === undefined) === (resolved.kysely === undefined)) {
    throw new DATABASE_ERR_INVALID_OPTIONS('give either url (sqlite:… or postgres:…) or kysely, not both')
  }
  // Not `instanceof`, because another copy of Kysely has another class.
  if (resolved.kysely !== undefined && typeof resolved.kysely?.getExecutor !== 'function') {
    throw new DATABASE_ERR_INVALID_OPTIONS('kysely must be a Kysely instance, created by new Kysely({ dialect })')
  }
  return resolved
}
