import type { AuthProfiles } from '@latchkey/auth-profiles'
import { dialectOf, type Tables } from '@latchkey/database'
import { compileFilter, type FilterableTable, type RecordFilter } from '@latchkey/record-filter'
import { variablesOf, type Principal, type RolePermissionsService } from '@latchkey/role-permissions'
import type { FastifyBaseLogger } from 'fastify'
import { sql, type Kysely } from 'kysely'
import { readsInFull } from './full-reading.js'

/**
 * Counts the records of a table that the filter of a permission admits when somebody asks.
 *
 * @returns `null` where that one may not read all that the filter asks, in every record, and where the table cannot be counted
 */
export type AdmittedCount = (principal: Principal, table: FilterableTable, filter: RecordFilter) => Promise<number | null>

const ALIAS = 'record'

interface Services {
  readonly db: Kysely<Tables>
  readonly rolePermissions: RolePermissionsService
  readonly authProfiles: AuthProfiles
  readonly log: FastifyBaseLogger
}

export function createAdmittedCount ({ db: database, rolePermissions, authProfiles, log }: Services): AdmittedCount {
  // A CamelCasePlugin of the app's would rename the columns of the rows.
  const db = database.withoutPlugins()
  const dialect = dialectOf(db)

  /** Of tables whose records are not all that the database has of them: which are. */
  const among: Readonly<Record<string, () => readonly string[]>> = {
    // As in their list, where a filter admits none of the configuration; one that cannot be opened is in no list.
    AuthenticationProfiles: () => authProfiles.list().filter(({ declaredInConfiguration }) => !declaredInConfiguration).map(({ id }) => id),
    // A filter admits none of them.
    AuthenticationSettings: () => []
  }

  return async (principal, { name, table }, filter) => {
    if (!filter.asks.every(({ table, fields }) => readsInFull(rolePermissions, principal, table, fields))) return null
    const ids = Object.hasOwn(among, name) ? among[name]?.() : undefined
    if (ids?.length === 0) return 0
    const admitted = compileFilter(filter, { dialect, alias: ALIAS, variables: variablesOf(principal), ofTable: true })
    const where = ids === undefined ? admitted : sql`${sql.ref(`${ALIAS}.id`)} in (${sql.join(ids)}) and ${admitted}`
    try {
      const { rows } = await sql<{ count: number | string }>`select count(*) as count from ${sql.table(table)} as ${sql.id(ALIAS)} where ${where}`.execute(db)
      return Number(rows[0]?.count)
    } catch (error) {
      // An app may declare what is elsewhere. Not the message, which could repeat values of the filter.
      log.warn({ table: name, code: (error as { code?: string }).code }, 'The records that a filter admits could not be counted')
      return null
    }
  }
}
