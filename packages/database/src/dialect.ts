import { PostgresAdapter, SqliteAdapter, type Kysely } from 'kysely'
import { DATABASE_ERR_UNSUPPORTED_DIALECT } from './errors.js'

export type Dialect = 'sqlite' | 'postgres'

/**
 * Which of the two supported databases a Kysely instance uses. Asks the instance itself, so it also works for one that the
 * app created.
 *
 * @throws DATABASE_ERR_UNSUPPORTED_DIALECT for any other database
 */
export function dialectOf<DB> (db: Kysely<DB>): Dialect {
  const { adapter } = db.getExecutor()
  if (adapter instanceof PostgresAdapter) return 'postgres'
  if (adapter instanceof SqliteAdapter) return 'sqlite'
  // An app may have a second copy of kysely installed, with different classes of the same names.
  const name = (adapter as object).constructor.name
  if (name === 'PostgresAdapter') return 'postgres'
  if (name === 'SqliteAdapter') return 'sqlite'
  throw new DATABASE_ERR_UNSUPPORTED_DIALECT()
}
