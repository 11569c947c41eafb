import { dialectOf } from '@latchkey/database'
import type { Kysely } from 'kysely'
import * as postgres from './postgres.js'
import * as sqlite from './sqlite.js'

/** What of the tables' rules a statement broke, told from the database's own error. */
export interface Violation {
  readonly kind:
    /** Two users with one email. */
    | 'email'
    /** One identity bound twice. */
    | 'identity'
    /** A foreign key that points nowhere. */
    | 'reference'
    /** A rule or type of a column that the app made. */
    | 'other'
  /** Which column of `latchkey_users`, where the database says so. */
  readonly column?: string | undefined
}

/** In what the two databases differ for this package. */
export type UsersDialect = typeof sqlite | typeof postgres

const dialects = { sqlite, postgres }

export function usersDialectOf<DB> (db: Kysely<DB>): UsersDialect {
  return dialects[dialectOf(db)]
}
