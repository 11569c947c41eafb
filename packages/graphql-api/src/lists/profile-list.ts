import { dialectOf, type Tables } from '@latchkey/database'
import { compileFilter, parseFilter, type FilterableTable } from '@latchkey/record-filter'
import { variablesOf, type Principal, type RolePermissionsService } from '@latchkey/role-permissions'
import { sql, type Kysely } from 'kysely'
import { GRAPHQL_API_ERR_NOT_AUTHORIZED } from '../errors.js'
import type { VisibleProfile } from '../visible-profiles.js'
import { readOrder, type ListArguments, type Order } from './list-arguments.js'
import { readQueryFilter } from './query-filter.js'

/**
 * Authentication profiles, few and in part of the configuration, as lists of the database are: filtered and sorted by what of
 * them may be read, so that neither tells what reading does not.
 */
export interface ProfileList {
  /**
   * Those that the filter admits, in the order that is wanted, else in their own.
   *
   * @throws GRAPHQL_API_ERR_NOT_AUTHORIZED for a field that may be read of no profile; GRAPHQL_API_ERR_INVALID_ARGUMENT, RECORD_FILTER_ERR_INVALID
   */
  arrange (profiles: readonly VisibleProfile[], principal: Principal, wanted: ListArguments): Promise<readonly VisibleProfile[]>
}

/** @param table the profiles as filters of queries may speak of them: fields only */
export function createProfileList (db: Kysely<Tables>, rolePermissions: RolePermissionsService, table: FilterableTable): ProfileList {
  const dialect = dialectOf(db)
  const fields = Object.entries(table.fields)

  /** The database compares as it does in every other list; what it compares is handed to it. */
  async function admitted (profiles: readonly VisibleProfile[], filter: object, principal: Principal): Promise<ReadonlySet<number>> {
    const condition = compileFilter(parseFilter(filter, table), { dialect, alias: 'profile', variables: variablesOf(principal) })
    const rows = profiles.map((profile, index) => sql`select ${sql.lit(index)} as place, ${sql.join(fields.map(([field, { column, type }]) =>
      sql`${valueOf(profile[field as keyof VisibleProfile], type === 'boolean')} as ${sql.id(column)}`))}`)
    const found = await sql<{ place: number }>`select place from (${sql.join(rows, sql` union all `)}) as profile where ${condition}`.execute(db.withoutPlugins())
    return new Set(found.rows.map(({ place }) => place))
  }

  function valueOf (value: unknown, isBoolean: boolean) {
    if (isBoolean) return dialect === 'sqlite' ? sql`${value == null ? null : Number(value)}` : sql`cast(${value ?? null} as boolean)`
    return sql`cast(${value ?? null} as text)`
  }

  return {
    arrange: async (profiles, principal, wanted) => {
      const allowed = rolePermissions.authorize(principal, 'read', { table: table.name })
      const field = (_table: FilterableTable, name: string): void => {
        if (allowed.fields?.has(name) === false) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED(table.name, 'read', { field: name, hint: `a filter or a sort by ${table.name}.${name} needs a role that may read it` })
      }
      const order = readOrder(wanted, [])
      for (const { field: name } of order) field(table, name)
      const filter = wanted.filter == null ? null : readQueryFilter(wanted.filter, table, { field, records: () => {} })
      const places = filter === null || profiles.length === 0 ? null : await admitted(profiles, filter, principal)
      const found = places === null ? [...profiles] : profiles.filter((_profile, index) => places.has(index))
      return order.length === 0 ? found : found.sort((one, other) => compare(one, other, order))
    }
  }
}

/** What is not there comes last in ascending order and first in descending; what is equal keeps its order. */
function compare (one: VisibleProfile, other: VisibleProfile, order: readonly Order[]): number {
  for (const { field, direction } of order) {
    const [left, right] = [one, other].map(profile => profile[field as keyof VisibleProfile] ?? null) as [unknown, unknown]
    const difference = left === null || right === null ? Number(left === null) - Number(right === null) : Buffer.compare(Buffer.from(String(left)), Buffer.from(String(right)))
    if (difference !== 0) return direction === 'ASC' ? difference : -difference
  }
  return 0
}
