import { dialectOf } from '@latchkey/database'
import type { Kysely } from 'kysely'
import * as postgres from './postgres.js'
import * as sqlite from './sqlite.js'

/** Which constraint a statement violated, read from the database's own error. */
export interface Violation {
  readonly kind:
    /** Two users with one email. */
    | 'email'
    /** One identity bound twice. */
    | 'identity'
    /** A foreign key without a target. */
    | 'reference'
    /** A constraint or the type of a column that the app added. */
    | 'other'
  /** The column of `latchkey_users`, if the database names it. */
  readonly column?: string | undefined
}

/** The differences between the two databases that matter to this package. */
export type UsersDialect = typeof sqlite | typeof postgres

const dialects = { sqlite, postgres }

export function usersDialectOf<DB> (db: Kysely<DB>): UsersDialect {
  return dialects[dialectOf(db)]
}
