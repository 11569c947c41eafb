import type { AuditedRecord, AuditLog } from '@latchkey/audit-log'
import type { Change, ChangeOptions, Tables } from '@latchkey/database'
import type { Action, Principal, RolePermissionsService } from '@latchkey/role-permissions'
import { sql, type Expression, type SqlBool, type Transaction } from 'kysely'
import { GRAPHQL_API_ERR_NOT_AUTHORIZED } from '../errors.js'
import type { DescribedTables } from '../tables.js'

/** What is wanted to be done to a record, and by whom. */
export interface WantedChange {
  readonly principal: Principal
  readonly table: keyof DescribedTables
  readonly action: Exclude<Action, 'read'>
  /** What is set; a record is deleted as a whole. */
  readonly fields?: readonly string[]
  /** What the audit log calls it; default the action. */
  readonly as?: string
}

/** What a store is to do beside a change so that it is permitted, and audited. */
export interface GuardedChange<Item extends { readonly id: string }> {
  /** What the record must meet before it is changed; `null` for a new one, and where it may be any. */
  readonly where: Expression<SqlBool> | null
  /**
   * Runs when all is written: the record must still be one that may be changed so, or whoever changes it could push it
   * out of their reach, and make what they may not make.
   *
   * @throws GRAPHQL_API_ERR_NOT_AUTHORIZED
   */
  finish (transaction: Transaction<Tables>, change: Change<Item>): Promise<void>
}

/** Permits changes of records, and notes them. */
export interface GuardedChanges {
  /**
   * @param show the record as the audit log keeps it: no secret
   * @throws ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED, GRAPHQL_API_ERR_NOT_AUTHORIZED where it is no record that may be changed so
   */
  begin<Item extends { readonly id: string }> (wanted: WantedChange, show?: (item: Item) => AuditedRecord): GuardedChange<Item>
  /** The same as options of a store, for a change of nothing but the record itself. */
  options<Item extends { readonly id: string }> (wanted: WantedChange, show?: (item: Item) => AuditedRecord): Required<ChangeOptions<Item>>
}

export function createGuardedChanges (rolePermissions: RolePermissionsService, tables: DescribedTables, auditLog: AuditLog | null): GuardedChanges {
  function conditionFor ({ principal, table, action, fields = [] }: WantedChange): Expression<SqlBool> | null {
    const allowed = rolePermissions.authorize(principal, action, { table })
    if (fields.some(field => allowed.fields?.has(field) === false)) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED(table, action)
    const conditions = [allowed.rowFilter(), ...fields.map(field => allowed.fieldFilter(field))].filter(condition => condition !== null)
    return conditions.length === 0 ? null : sql<SqlBool>`(${sql.join(conditions, sql` and `)})`
  }

  async function meets (transaction: Transaction<Tables>, table: string, id: string, condition: Expression<SqlBool>): Promise<boolean> {
    const { rows } = await sql`select 1 from ${sql.table(table)} where ${sql.ref(`${table}.id`)} = ${id} and ${condition}`.execute(transaction)
    return rows.length > 0
  }

  const changes: GuardedChanges = {
    begin: (wanted, show = item => ({ ...item })) => {
      const { principal, table, action, as = action } = wanted
      const condition = conditionFor(wanted)
      return {
        where: action === 'create' ? null : condition,
        finish: async (transaction, { before, after }) => {
          const { table: { table: name } } = tables[table]
          if (after !== null && condition !== null && !await meets(transaction, name, after.id, condition)) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED(table, action)
          await auditLog?.record(transaction, {
            principal,
            action: as,
            table,
            recordId: (after ?? before)?.id as string,
            before: before && show(before),
            after: after && show(after)
          })
        }
      }
    },
    options: (wanted, show) => {
      const { where, finish } = changes.begin(wanted, show)
      return { where, inTransaction: finish }
    }
  }
  return changes
}

/** Which of the fields of an input are set: a `null` sets one too. */
export function fieldsSet (input: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(input).flatMap(([field, value]) => value === undefined ? [] : [field])
}
