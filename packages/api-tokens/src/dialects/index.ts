import { dialectOf } from '@latchkey/database'
import type { Kysely } from 'kysely'
import * as postgres from './postgres.js'
import * as sqlite from './sqlite.js'

/** A violated constraint, found from the database's error: two tokens with one name, or a missing role. */
export type Violation = 'name' | 'reference'

/** The differences between the two databases for this package. */
export type ApiTokensDialect = typeof sqlite | typeof postgres

const dialects = { sqlite, postgres }

export function apiTokensDialectOf<DB> (db: Kysely<DB>): ApiTokensDialect {
  return dialects[dialectOf(db)]
}
