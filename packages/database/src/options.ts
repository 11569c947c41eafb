import { createOptionsCheck } from '@latchkey/plugin-options'
import type { Kysely } from 'kysely'
import Type, { type Static } from 'typebox'
import { DATABASE_ERR_INVALID_OPTIONS } from './errors.js'

const schema = Type.Object({
  /** `sqlite:./data/app.db`, `sqlite::memory:` or `postgres://user:password@host:port/name`. */
  url: Type.Optional(Type.String({ minLength: 1 })),
  /** A Kysely instance that the app already has, on SQLite or PostgreSQL, whichever tables it knows; closing it stays the app's business. */
  kysely: Type.Optional(Type.Unsafe<Kysely<any>>({})), // eslint-disable-line @typescript-eslint/no-explicit-any -- an app's instance knows its own tables
  /** PostgreSQL: how many connections at most. */
  maxConnections: Type.Integer({ minimum: 1, maximum: 1000, default: 10 }),
  /** PostgreSQL: milliseconds to wait for a connection before the query fails. */
  connectionTimeoutMs: Type.Integer({ minimum: 1, default: 5000 }),
  /** PostgreSQL: milliseconds to wait for the answer to a statement before it fails and its connection is given up, and, there, for the next statement of a transaction. As many as a timer can count. */
  answerTimeoutMs: Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1, default: 30_000 }),
  /** SQLite: milliseconds to wait for another process's lock before the query fails. */
  busyTimeoutMs: Type.Integer({ minimum: 0, default: 5000 }),
  /** SQLite: whether each commit waits until it is on the disk (`full`), or a power cut may lose the last ones (`normal`). */
  synchronous: Type.Union([Type.Literal('normal'), Type.Literal('full')], { default: 'normal' })
}, { additionalProperties: false })

/** What `@latchkey/database` is registered with: exactly one of `url` and `kysely`. */
export type DatabaseOptions = Partial<Static<typeof schema>>
export type ResolvedOptions = Readonly<Static<typeof schema>>

const check = createOptionsCheck(schema, DATABASE_ERR_INVALID_OPTIONS)

export function resolveOptions (options: DatabaseOptions): ResolvedOptions {
  const resolved = check(options)
  if ((resolved.url === undefined) === (resolved.kysely === undefined)) {
    throw new DATABASE_ERR_INVALID_OPTIONS('give either url (sqlite:… or postgres:…) or kysely, and not both')
  }
  // Another copy of Kysely has another class.
  if (resolved.kysely !== undefined && typeof resolved.kysely?.getExecutor !== 'function') {
    throw new DATABASE_ERR_INVALID_OPTIONS('kysely must be a Kysely instance, made by new Kysely({ dialect })')
  }
  return resolved
}
