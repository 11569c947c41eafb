import { sql, type RawBuilder } from 'kysely'
import type { Dialect } from './dialect.js'

/** The type of a text column, for migrations. Compared and sorted byte by byte on both databases, whatever PostgreSQL's locale. */
export function textType (dialect: Dialect): RawBuilder<unknown> {
  return dialect === 'postgres' ? sql`text collate "C"` : sql`text`
}
