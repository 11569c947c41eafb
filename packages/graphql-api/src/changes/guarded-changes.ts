import type { AuditedRecord, AuditLog } from '@latchkey/audit-log'
import type { Change, ChangeOptions, Tables } from '@latchkey/database'
import type { Action, Principal, RolePermissionsService } from '@latchkey/role-permissions'
import { sql, type Expression, type SqlBool, type Transaction } from 'kysely'
import { GRAPHQL_API_ERR_NOT_AUTHORIZED, GRAPHQL_API_ERR_RECORD_CHANGED } from '../errors.js'
import type { DescribedTables } from '../tables.js'

/** A requested change of a record, and who requests it. */
export interface WantedChange {
  readonly principal: Principal
  readonly table: keyof DescribedTables
  readonly action: Exclude<Action, 'read'>
  /** The fields that are set; none for a deletion. */
  readonly fields?: readonly string[]
  /** The action's name in the audit log. Default: `action`. */
  readonly as?: string
  /** The `updatedAt` that the record must have before the change. Default: any. */
  readonly expectedUpdatedAt?: string | null | undefined
}

/** A record that can be changed. */
type ChangedItem = Readonly<{ id: string, updatedAt?: string | null }>

/** What a store must do together with a change, so that it is permitted and audited. */
export interface GuardedChange<Item extends ChangedItem> {
  /** The condition that the record must meet before the change; `null` for a new record, or if there is no condition. */
  readonly where: Expression<SqlBool> | null
  /**
   * Runs after everything is written. The changed record must still meet the condition, so that nobody can create
   * records, or move records out of their reach, without permission.
   *
   * @throws GRAPHQL_API_ERR_NOT_AUTHORIZED
   * @throws GRAPHQL_API_ERR_RECORD_CHANGED if the record did not have the expected `updatedAt`
   */
  finish (transaction: Transaction<Tables>, change: Change<Item>): Promise<void>
}

/** Authorizes and audits changes of records. */
export interface GuardedChanges {
  /**
   * @param show converts the record for the audit log, without secrets
   * @throws ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED, GRAPHQL_API_ERR_NOT_AUTHORIZED if the change is not permitted
   */
  begin<Item extends ChangedItem> (wanted: WantedChange, show?: (item: Item) => AuditedRecord): GuardedChange<Item>
  /** The same as options of a store, for a change of only the record itself. */
  options<Item extends ChangedItem> (wanted: WantedChange, show?: (item: Item) => AuditedRecord): Required<ChangeOptions<Item>>
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
      const { principal, table, action, as = action, expectedUpdatedAt } = wanted
      const condition = conditionFor(wanted)
      return {
        where: action === 'create' ? null : condition,
        finish: async (transaction, { before, after }) => {
          if (after !== null && condition !== null && !await meets(transaction, tables[table].table, after.id, condition)) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED(table, action)
          if (expectedUpdatedAt !== undefined && (before?.updatedAt ?? null) !== expectedUpdatedAt) throw new GRAPHQL_API_ERR_RECORD_CHANGED()
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

/** An argument of mutations that update a record, for clients that must not overwrite changes which they haven't seen. */
export interface Expectation {
  readonly expectedUpdatedAt?: string | null
}

export const expectation = '"Fails with the reason record_changed if the record no longer has this updatedAt." expectedUpdatedAt: DateTime'

/** The fields that an input sets. `null` also sets a field. */
export function fieldsSet (input: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(input).flatMap(([field, value]) => value === undefined ? [] : [field])
}
