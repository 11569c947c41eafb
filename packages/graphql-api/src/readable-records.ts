import type { Tables } from '@latchkey/database'
import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import { sql, type Expression, type Kysely, type SqlBool } from 'kysely'
import { fieldNames, type DescribedTable, type DescribedTables } from './tables.js'

/** The readable fields of a record. */
export type ReadableFields = ReadonlySet<string>

/**
 * Finds which of these records a principal may read, and which fields of each.
 *
 * @returns the fields by record id; records that are not readable are missing
 * @throws ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED if the principal may read no record of the table
 */
export type ReadableRecords = (principal: Principal, table: 'Users' | 'Roles' | 'ApiTokens' | 'AuthenticationProfiles', ids: readonly string[]) => Promise<ReadonlyMap<string, ReadableFields>>

const ALIAS = 'record'

/** A field that is readable only for some records, and the condition for it. */
interface ConditionalField {
  readonly name: string
  readonly condition: Expression<SqlBool>
}

interface FoundRow {
  readonly id: string
  /** 1 if the field is readable. */
  readonly [flag: `gives_${number}`]: number
}

export function createReadableRecords (db: Kysely<Tables>, rolePermissions: RolePermissionsService, tables: DescribedTables): ReadableRecords {
  return async (principal, table, ids) => {
    const allowed = rolePermissions.authorize(principal, 'read', { table })
    const rows = allowed.rowFilter(ALIAS)
    const always = new Set<string>()
    const conditional: ConditionalField[] = []
    for (const name of fieldNames(tables[table])) {
      const condition = allowed.fieldFilter(name, ALIAS)
      if (condition === null) always.add(name)
      else conditional.push({ name, condition })
    }
    if (rows === null && conditional.length === 0) return new Map(ids.map(id => [id, always]))
    const found = ids.length === 0 ? [] : await select(tables[table], ids, rows, conditional)
    return new Map(found.map(row => [row.id, new Set([...always, ...conditional.flatMap(({ name }, index) => row[`gives_${index}`] === 1 ? [name] : [])])]))
  }

  async function select ({ table }: DescribedTable, ids: readonly string[], rows: Expression<SqlBool> | null, conditional: readonly ConditionalField[]): Promise<FoundRow[]> {
    const query = db
      .selectFrom(sql<{ id: string }>`${sql.table(table)}`.as(ALIAS))
      .select(`${ALIAS}.id`)
      .select(builder => conditional.map(({ condition }, index) => builder.case().when(condition).then(builder.lit(1)).else(builder.lit(0)).end().as(`gives_${index}`)))
      .where(`${ALIAS}.id`, 'in', [...ids])
    return await (rows === null ? query : query.where(rows)).execute() as FoundRow[]
  }
}

/** The readable fields of a record; none without `fields`. */
export function withOnly<Item extends object> (record: Item, fields: ReadableFields | undefined): Partial<Item> {
  return Object.fromEntries(Object.entries(record).filter(([field]) => fields?.has(field))) as Partial<Item>
}
