import type { FastifyError } from '@fastify/error'
import type { ChangeOptions, Tables } from '@latchkey/database'
import type { FilterableTable, RecordFilter } from '@latchkey/record-filter'
import type { preHandlerAsyncHookHandler } from 'fastify'
import type { Expression, SqlBool, Transaction } from 'kysely'
import type { UsersTable } from './declarations.js'
import type { Action, Resource, Role, RolePermissions } from './permissions.js'
import type { Principal } from './principal.js'

/**
 * What `fastify.rolePermissions` can do. Roles are held in memory, compiled; `can` asks no database.
 * What returns a promise uses a connection of its own, unless a transaction is given: do not await it inside
 * your own transaction on SQLite, which has one connection only.
 */
export interface RolePermissionsService {
  /** All roles, by name. */
  list (): readonly Role[]
  find (by: { id: string } | { name: string }): Role | null
  /**
   * Without permissions, the role may read and update the record of its own user.
   *
   * @throws ROLE_PERMISSIONS_ERR_INVALID_ROLE with `details` by field, ROLE_PERMISSIONS_ERR_ROLE_EXISTS
   * @throws ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS with `path` and `reason`
   */
  create (role: { name: string, description?: string | null, permissions?: RolePermissions }, options?: Pick<ChangeOptions<Role>, 'inTransaction'>): Promise<Role>
  /**
   * Changes what is given; what is left out stays.
   *
   * @throws what `create` throws, and ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND
   * @throws ROLE_PERMISSIONS_ERR_LAST_ADMINISTRATOR, ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT no role, or no user, would be left that may do everything
   */
  update (id: string, change: { name?: string, description?: string | null, permissions?: RolePermissions }, options?: ChangeOptions<Role>): Promise<Role>
  /**
   * Deletes the role and takes it from everybody who has it.
   *
   * @throws ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND, ROLE_PERMISSIONS_ERR_BUILTIN_ROLE
   * @throws ROLE_PERMISSIONS_ERR_LAST_ADMINISTRATOR, ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT
   */
  delete (id: string, options?: ChangeOptions<Role>): Promise<void>

  /** The roles of a user, by name. */
  rolesOf (userId: string, transaction?: Transaction<Tables>): Promise<Role[]>
  /** Gives a user roles it does not have yet. @throws ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND, having given none */
  assign (userId: string, roleIds: readonly string[], transaction?: Transaction<Tables>): Promise<void>
  /** Takes roles from a user; those it does not have are no mistake. @throws ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT it is the last user who may do everything, and is there */
  unassign (userId: string, roleIds: readonly string[], transaction?: Transaction<Tables>): Promise<void>
  /** Takes all roles from a user whose record goes in this transaction, the last administrator's too: whoever must not delete that one asks `assertAdministrated`. */
  forgetUser (userId: string, transaction: Transaction<Tables>): Promise<void>

  /** Whether some user has a role that may do everything, as the database knows it: only who is there counts, where `declareUsers` says where users are. */
  administrated (): Promise<boolean>
  /**
   * For the deletion of a user who may do everything, once the record is gone. From here to the end of the transaction nobody else takes such a role.
   *
   * @throws ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT there is no other
   */
  assertAdministrated (transaction: Transaction<Tables>): Promise<void>
  /**
   * Gives a user a role that may do everything, the built-in Administrator if it is one, where no user has such a role. From here to the end of the
   * transaction nobody else is given one.
   *
   * @param transaction let this be its first statement
   * @returns the role; `null` where some user has one already, and nothing is given
   * @throws ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_ROLE
   * @throws ROLE_PERMISSIONS_ERR_USER_NOT_FOUND there is no such user, where `declareUsers` says where users are
   */
  assignFirstAdministrator (userId: string, transaction: Transaction<Tables>): Promise<Role | null>

  /** The principal of a request without a token: the Guest role. */
  guest (): Principal
  /** The built-in Administrator role. */
  administrator (): Role

  /** Decides; never throws for a denial. What is not declared is denied to all but roles that may do everything. */
  can (principal: Principal, action: Action | 'call', resource: Resource): Decision
  /** Decides; @throws ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED (403), a `NotAuthorizedError` */
  authorize (principal: Principal, action: Action | 'call', resource: Resource): Allowed
  /** Why a decision is as it is: what each role says, and what to change. For people, not for the hot path. */
  explain (principal: Principal, action: Action | 'call', resource: Resource): Explanation
  /** Whether one of the principal's roles may do everything. */
  mayDoEverything (principal: Principal): boolean
  /**
   * What of these permissions a principal does not have itself, and so must not give to anybody: the first of it, or `null`.
   * A filter is had where the principal has the same action by the same filter, or by none.
   */
  missingFor (principal: Principal, permissions: RolePermissions): Missing | null

  /**
   * Names a table that permissions may speak of, and the fields and relations that filters may use.
   *
   * @param also `otherFields`: fields that permissions may name, but filters may not use
   * @throws ROLE_PERMISSIONS_ERR_TABLE_DECLARED if another table has this name
   */
  declareTable (table: FilterableTable, also?: { otherFields?: readonly string[] }): void
  /** Names a function that permissions may allow. */
  declareFunction (name: string): void
  /**
   * Says where the users are that roles are given to: a role that may do everything then makes nobody an administrator who is not there, since their
   * record was deleted without it. Left out, everybody counts who has one. To be called before the app is ready.
   *
   * @param users a table of this database and the column of the ids, by SQL name
   * @throws ROLE_PERMISSIONS_ERR_TABLE_DECLARED if they are said to be elsewhere
   */
  declareUsers (users: UsersTable): void
  readonly tables: ReadonlyMap<string, FilterableTable>
  readonly functions: ReadonlySet<string>
  /** The fields and relations that a permission on a table may name under `fields`; none where it is not declared. */
  fieldsOf (table: string): readonly string[]
  /**
   * Reads the filter of a permission on a table, as it is read when a role that has it is saved.
   *
   * @throws ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS with `reason`, and as `path` where in the filter
   */
  readFilter (table: string, filter: unknown): RecordFilter

  /** A route guard for `preHandler`: decides for `request.principal` (the Guest's where it is `null`). */
  guard (action: Action | 'call', resource: Resource): preHandlerAsyncHookHandler

  /** Looks whether another copy of the app changed roles, at most once a second; call it at the start of a request. Never fails. `undefined` where there is nothing to wait for. */
  refresh (): Promise<void> | undefined
}

/** Something that a principal does not have. */
export interface Missing {
  /** The name of a table or function; `*` for everything. */
  readonly resource: string
  readonly action: Action | 'call' | 'all'
}

export type Decision = Allowed | Denied

/**
 * A yes, with the records and the fields that it is about. Filters of several roles add up, and a role's fields
 * count only for the records that its own filter admits.
 *
 * @example
 * let query = db.selectFrom('users as u').select('u.id')
 * const rows = allowed.rowFilter('u')
 * if (rows !== null) query = query.where(rows)
 * const email = allowed.fieldFilter('email', 'u')
 * query = query.select(email === null ? 'u.email' : sql`case when ${email} then u.email end`.as('email'))
 */
export interface Allowed {
  readonly allowed: true
  /** Every role that allows it, with the records and fields it allows; `null` means all. */
  readonly grants: readonly Grant[]
  /** The fields that at least one grant gives, `null` for all: what is not among them need not be asked for. */
  readonly fields: ReadonlySet<string> | null
  /**
   * The condition that a record of the table must meet: the union of the grants' filters. `null`: every record.
   * True, false or null, as an SQL condition is; not to be put under `not`.
   *
   * @param alias how the query names the table, default its SQL name
   */
  rowFilter (alias?: string): Expression<SqlBool> | null
  /**
   * The condition under which a field is given, of a record that `rowFilter` admits. `null`: of every such record.
   *
   * @param alias how the query names the table, default its SQL name
   */
  fieldFilter (field: string, alias?: string): Expression<SqlBool> | null
  /**
   * Whether another yes is about the same records and fields, as far as that can be proven: the same conditions in another order, or spread over
   * other roles. Variables compare by name, where both principals have a value for them or neither has: one's own records are one's own, whoever asks.
   */
  sameAs (other: Allowed): boolean
}

export interface Grant {
  readonly role: Role
  /** `null`: all. */
  readonly fields: ReadonlySet<string> | null
  /** As it stands in the permissions; `null`: every record. */
  readonly filter: unknown
}

export interface Denied {
  readonly allowed: false
  readonly resource: string
  readonly action: Action | 'call'
}

/** What ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED carries beside its code. */
export interface NotAuthorizedError extends FastifyError {
  readonly details: { readonly resource: string, readonly action: Action | 'call' }
  /** For logs and administrators. */
  readonly explanation: Explanation
}

export interface Explanation {
  readonly allowed: boolean
  readonly resource: string
  readonly action: Action | 'call'
  /** By name. */
  readonly roles: readonly { readonly role: string, readonly says: 'allows' | 'denies' | 'is silent', readonly detail: string }[]
  /** What to change so that it is allowed; empty when it is. */
  readonly remedy: string
  /** The name of the role to change; `null` where that is none. */
  readonly remedyRole: string | null
}
