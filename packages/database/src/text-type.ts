import { sql, type RawBuilder } from 'kysely'
import type { Dialect } from './dialect.js'

/** The type of a text column, for migrations: compared and sorted by its bytes on both databases, whatever the locale of a PostgreSQL server. */
export function textType (dialect: Dialect): RawBuilder<unknown> {
  return dialect === 'postgres' ? sql`text collate "C"` : sql`text`
}
