import type { FastifyError } from '@fastify/error'
import type { ChangeOptions, Tables } from '@latchkey/database'
import type { FilterableTable, RecordFilter } from '@latchkey/record-filter'
import type { preHandlerAsyncHookHandler } from 'fastify'
import type { Expression, SqlBool, Transaction } from 'kysely'
import type { UsersTable } from './declarations.js'
import type { Action, Resource, Role, RolePermissions } from './permissions.js'
import type { Principal } from './principal.js'

/**
 * The decorator `fastify.rolePermissions`. Roles are kept in memory, compiled, so `can` does not query the database.
 * Methods that return a promise use their own connection, unless you pass a transaction. On SQLite, which has a single
 * connection, do not await them inside your own transaction.
 */
export interface RolePermissionsService {
  /** All roles, by name. */
  list (): readonly Role[]
  find (by: { id: string } | { name: string }): Role | null
  /**
   * Without `permissions`, the role can read and update only the user's own record.
   *
   * @throws ROLE_PERMISSIONS_ERR_INVALID_ROLE with `details` by field, ROLE_PERMISSIONS_ERR_ROLE_EXISTS
   * @throws ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS with `path` and `reason`
   */
  create (role: { name: string, description?: string | null, permissions?: RolePermissions }, options?: Pick<ChangeOptions<Role>, 'inTransaction'>): Promise<Role>
  /**
   * Changes the given members; the others stay.
   *
   * @throws what `create` throws, and ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND
   * @throws ROLE_PERMISSIONS_ERR_LAST_ADMINISTRATOR, ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT if no role, or no user, with full access would be left
   */
  update (id: string, change: { name?: string, description?: string | null, permissions?: RolePermissions }, options?: ChangeOptions<Role>): Promise<Role>
  /**
   * Deletes the role and removes it from all users.
   *
   * @throws ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND, ROLE_PERMISSIONS_ERR_BUILTIN_ROLE
   * @throws ROLE_PERMISSIONS_ERR_LAST_ADMINISTRATOR, ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT
   */
  delete (id: string, options?: ChangeOptions<Role>): Promise<void>

  /** The roles of a user, by name. */
  rolesOf (userId: string, transaction?: Transaction<Tables>): Promise<Role[]>
  /** Assigns roles to a user; existing ones stay. @throws ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND, and then assigns none */
  assign (userId: string, roleIds: readonly string[], transaction?: Transaction<Tables>): Promise<void>
  /** Removes roles from a user; ignores roles the user does not have. @throws ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT for the last existing user with full access */
  unassign (userId: string, roleIds: readonly string[], transaction?: Transaction<Tables>): Promise<void>
  /** Removes all roles from a user who is deleted in this transaction, even the last administrator. Use `assertAdministrated` to prevent that. */
  forgetUser (userId: string, transaction: Transaction<Tables>): Promise<void>

  /** Whether any user has a role with full access, according to the database. With `declareUsers`, only existing users count. */
  administrated (): Promise<boolean>
  /**
   * Call it after deleting a user with full access. Until the end of the transaction, nobody else can remove such a role.
   *
   * @throws ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT if no other user has full access
   */
  assertAdministrated (transaction: Transaction<Tables>): Promise<void>
  /**
   * Assigns a role with full access to a user, if no user has one. Prefers the built-in Administrator. Until the end of the
   * transaction, nobody else can be assigned one.
   *
   * @param transaction make this its first statement
   * @returns the role, or `null` if some user already has one and nothing was assigned
   * @throws ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_ROLE
   * @throws ROLE_PERMISSIONS_ERR_USER_NOT_FOUND if `declareUsers` was called and there is no such user
   */
  assignFirstAdministrator (userId: string, transaction: Transaction<Tables>): Promise<Role | null>

  /** The principal of a request without a token, with the Guest role. */
  guest (): Principal
  /** The built-in Administrator role. */
  administrator (): Role

  /**
   * Decides; never throws for a denial. Anything undeclared is denied, except to roles with full access.
   *
   * @throws ROLE_PERMISSIONS_ERR_INVALID_QUESTION for an action that does not exist; `authorize` and `explain` too
   */
  can (principal: Principal, action: Action | 'call', resource: Resource): Decision
  /** Decides; @throws ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED (403), a `NotAuthorizedError` */
  authorize (principal: Principal, action: Action | 'call', resource: Resource): Allowed
  /** Explains a decision: what each role says, and what to change. For people, not for the hot path. */
  explain (principal: Principal, action: Action | 'call', resource: Resource): Explanation
  /** Whether one of the principal's roles has full access. */
  mayDoEverything (principal: Principal): boolean
  /**
   * Returns the first of these permissions that the principal lacks, and therefore must not grant to others, or `null`.
   * The principal has a filtered permission if it has the same action with the same filter, or without one.
   */
  missingFor (principal: Principal, permissions: RolePermissions): Missing | null

  /**
   * Declares a table for permissions, with the fields and relations that filters can use.
   *
   * @param also `otherFields`: fields that permissions can name, but filters cannot use
   * @throws ROLE_PERMISSIONS_ERR_TABLE_DECLARED if another table has this name
   * @throws ROLE_PERMISSIONS_ERR_INVALID_DECLARATION for a table of the wrong form; the other declarations too
   */
  declareTable (table: FilterableTable, also?: { otherFields?: readonly string[] }): void
  /** Declares a function for permissions. */
  declareFunction (name: string): void
  /**
   * Declares where the users are stored. Deleted users who still have a role with full access then no longer count as
   * administrators; without this, everyone with such a role counts. Call it before the app is ready.
   *
   * @param users a table of this database and the column of the IDs, by SQL name
   * @throws ROLE_PERMISSIONS_ERR_TABLE_DECLARED if another table or column was declared before
   */
  declareUsers (users: UsersTable): void
  readonly tables: ReadonlyMap<string, FilterableTable>
  readonly functions: ReadonlySet<string>
  /** The fields and relations that a permission on a table can name under `fields`. Empty for an undeclared table. */
  fieldsOf (table: string): readonly string[]
  /**
   * Parses the filter of a permission on a table, with the same checks as when a role is saved.
   *
   * @throws ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS with `reason`, and `path` within the filter
   */
  readFilter (table: string, filter: unknown): RecordFilter

  /**
   * A `preHandler` that refreshes the roles and authorizes `request.principal`; `null` is Guest.
   *
   * @throws ROLE_PERMISSIONS_ERR_INVALID_QUESTION for an action that does not exist, or that the resource does not have
   */
  guard (action: Action | 'call', resource: Resource): preHandlerAsyncHookHandler

  /** Loads role changes of other instances of the app. Checks at most once a second; call it at the start of a request. Never fails. `undefined` if there is nothing to wait for. */
  refresh (): Promise<void> | undefined
  /** Loads role changes of other instances, however recent the last check was, for example after ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND for a role that `find` knows. Unlike `refresh`, it fails if the database does. */
  catchUp (): Promise<void>
}

/** A permission that a principal lacks. */
export interface Missing {
  /** The name of a table or function; `*` for everything. */
  readonly resource: string
  readonly action: Action | 'call' | 'all'
}

export type Decision = Allowed | Denied

/**
 * A positive decision, with the records and fields it covers. Filters of several roles add up, and a role's fields
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
  /** Every role that allows the action, with its records and fields. */
  readonly grants: readonly Grant[]
  /** The fields that at least one grant includes; `null`: all. You need not select any others. */
  readonly fields: ReadonlySet<string> | null
  /**
   * The condition that a record must meet: the union of the grants' filters. `null`: every record.
   * Like any SQL condition it can be true, false or null, so do not negate it with `not`.
   *
   * @param alias the table's name in the query. Default: its SQL name
   */
  rowFilter (alias?: string): Expression<SqlBool> | null
  /**
   * The condition under which the field of a record is accessible, if `rowFilter` admits the record. `null`: always.
   * Fields of the same grants get the same object, so that a query can evaluate it once for all of them.
   *
   * @param alias the table's name in the query. Default: its SQL name
   */
  fieldFilter (field: string, alias?: string): Expression<SqlBool> | null
  /**
   * Whether another positive decision provably covers the same records and fields: the same conditions in any order, and
   * spread over any roles. Variables compare by name if both principals have a value for them, or neither does.
   */
  sameAs (other: Allowed): boolean
}

export interface Grant {
  readonly role: Role
  /** `null`: all. */
  readonly fields: ReadonlySet<string> | null
  /** As in the permissions. `null`: every record. */
  readonly filter: unknown
}

export interface Denied {
  readonly allowed: false
  readonly resource: string
  readonly action: Action | 'call'
}

/** ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED with its additional members. */
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
  /** What to change to allow the action. Empty if it is allowed. */
  readonly remedy: string
  /** The name of the role to change, or `null`. */
  readonly remedyRole: string | null
}
