import { dialectOf, type Tables } from '@latchkey/database'
import { compileFilter, parseFilter, type FilterableTable } from '@latchkey/record-filter'
import { variablesOf, type Principal, type RolePermissionsService } from '@latchkey/role-permissions'
import { sql, type Kysely } from 'kysely'
import { GRAPHQL_API_ERR_NOT_AUTHORIZED } from '../errors.js'
import type { VisibleProfile } from '../visible-profiles.js'
import { readOrder, type ListArguments, type Order } from './list-arguments.js'
import { readQueryFilter } from './query-filter.js'

/**
 * Lists authentication profiles, which are few and partly configured, in the same way as database tables. Filters and sorting
 * use only the readable fields, so they reveal nothing else.
 */
export interface ProfileList {
  /**
   * The profiles that the filter admits, in the requested order, otherwise in their own order.
   *
   * @throws GRAPHQL_API_ERR_NOT_AUTHORIZED for a field that is readable for no profile; GRAPHQL_API_ERR_INVALID_ARGUMENT, RECORD_FILTER_ERR_INVALID
   */
  arrange (profiles: readonly VisibleProfile[], principal: Principal, wanted: ListArguments): Promise<readonly VisibleProfile[]>
}

/** @param table the profiles as filters of queries can use them: only fields */
export function createProfileList (db: Kysely<Tables>, rolePermissions: RolePermissionsService, table: FilterableTable): ProfileList {
  const dialect = dialectOf(db)
  const fields = Object.entries(table.fields)

  /** Passes the values to the database, so that they compare as in every other list. */
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
        if (allowed.fields?.has(name) === false) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED(table.name, 'read', { field: name, hint: `filtering or sorting by ${table.name}.${name} needs a role that can read it` })
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

/** Missing values come last in ascending order and first in descending order. Equal profiles keep their order. */
function compare (one: VisibleProfile, other: VisibleProfile, order: readonly Order[]): number {
  for (const { field, direction } of order) {
    const [left, right] = [one, other].map(profile => profile[field as keyof VisibleProfile] ?? null) as [unknown, unknown]
    const difference = left === null || right === null ? Number(left === null) - Number(right === null) : Buffer.compare(Buffer.from(String(left)), Buffer.from(String(right)))
    if (difference !== 0) return direction === 'ASC' ? difference : -difference
  }
  return 0
}
