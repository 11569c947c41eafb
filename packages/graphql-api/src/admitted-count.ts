import type { AuthProfiles } from '@latchkey/auth-profiles'
import { dialectOf, type Tables } from '@latchkey/database'
import { compileFilter, type FilterableTable, type RecordFilter } from '@latchkey/record-filter'
import { variablesOf, type Principal, type RolePermissionsService } from '@latchkey/role-permissions'
import type { FastifyBaseLogger } from 'fastify'
import { sql, type Expression, type Kysely, type SqlBool } from 'kysely'
import { readsInFull } from './full-reading.js'

/** Counts records of a table. `null` if they cannot be counted, or if the asker may not read everything that the count reveals, in every record. */
export interface AdmittedCount {
  /** How many records the filter of a permission admits for the asker. */
  ofFilter (asker: Principal, table: FilterableTable, filter: RecordFilter): Promise<number | null>
  /** How many records the reader may read. @param reader `null`: somebody who may read none */
  ofReading (asker: Principal, table: FilterableTable, reader: Principal | null): Promise<number | null>
}

const ALIAS = 'record'

interface Services {
  readonly db: Kysely<Tables>
  readonly rolePermissions: RolePermissionsService
  readonly authProfiles: AuthProfiles
  readonly log: FastifyBaseLogger
}

/** A table that also has records outside the database, or not all of its database records. */
interface OtherRecords {
  /** The number of all records, without a filter. */
  readonly count: () => number
  /** The ids of the database records, which filters can admit. */
  readonly stored: () => readonly string[]
}

export function createAdmittedCount ({ db: database, rolePermissions, authProfiles, log }: Services): AdmittedCount {
  // The app's Kysely plugins, such as CamelCasePlugin, would rename the columns of the rows.
  const db = database.withoutPlugins()
  const dialect = dialectOf(db)

  const otherRecords: Readonly<Record<string, OtherRecords>> = {
    // As in their list: a filter admits no configured profile, and profiles that could not be opened are not listed.
    AuthenticationProfiles: {
      count: () => authProfiles.list().length,
      stored: () => authProfiles.list().filter(({ declaredInConfiguration }) => !declaredInConfiguration).map(({ id }) => id)
    },
    AuthenticationSettings: { count: () => 1, stored: () => [] }
  }

  function mayKnow (asker: Principal, filter: RecordFilter): boolean {
    return filter.asks.every(({ table, fields }) => readsInFull(rolePermissions, asker, table, fields))
  }

  function compile (filter: RecordFilter, reader: Principal): Expression<SqlBool> {
    return compileFilter(filter, { dialect, alias: ALIAS, variables: variablesOf(reader), ofTable: true })
  }

  /** @param admitted `null`: every record */
  async function count ({ name, table }: FilterableTable, admitted: Expression<SqlBool> | null): Promise<number | null> {
    const others = Object.hasOwn(otherRecords, name) ? otherRecords[name] : undefined
    if (others !== undefined && admitted === null) return others.count()
    const ids = others?.stored()
    if (ids?.length === 0) return 0
    const conditions = [...ids === undefined ? [] : [sql<SqlBool>`${sql.ref(`${ALIAS}.id`)} in (${sql.join(ids)})`], ...admitted === null ? [] : [admitted]]
    const where = conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`
    try {
      const { rows } = await sql<{ count: number | string }>`select count(*) as count from ${sql.table(table)} as ${sql.id(ALIAS)} ${where}`.execute(db)
      return Number(rows[0]?.count)
    } catch (error) {
      // The app may declare a table that is not in this database. The message is not logged, because it could contain values of the filter.
      log.warn({ table: name, code: (error as { code?: string }).code }, 'The records that a filter admits could not be counted')
      return null
    }
  }

  return {
    ofFilter: async (asker, table, filter) => mayKnow(asker, filter) ? await count(table, compile(filter, asker)) : null,
    ofReading: async (asker, table, reader) => {
      const decision = reader === null ? null : rolePermissions.can(reader, 'read', { table: table.name })
      const grants = decision?.allowed === true ? decision.grants : []
      const filters = grants.filter(({ filter }) => filter !== null).map(({ filter }) => rolePermissions.readFilter(table.name, filter))
      if (!readsInFull(rolePermissions, asker, table.name, []) || !filters.every(filter => mayKnow(asker, filter))) return null
      if (reader === null || grants.length === 0) return 0
      return await count(table, filters.length < grants.length ? null : sql<SqlBool>`(${sql.join(filters.map(filter => compile(filter, reader)), sql` or `)})`)
    }
  }
}
