import { dialectOf } from '@latchkey/database'
import type { Kysely } from 'kysely'
import * as postgres from './postgres.js'
import * as sqlite from './sqlite.js'

/** What of the tables' rules a statement broke, told from the database's own error: two tokens of one name, or a role that is not there. */
export type Violation = 'name' | 'reference'

/** In what the two databases differ for this package. */
export type ApiTokensDialect = typeof sqlite | typeof postgres

const dialects = { sqlite, postgres }

export function apiTokensDialectOf<DB> (db: Kysely<DB>): ApiTokensDialect {
  return dialects[dialectOf(db)]
}
