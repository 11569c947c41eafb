import type { Tables } from '@latchkey/database'
import type { FilterableTable } from '@latchkey/record-filter'
import type { preHandlerAsyncHookHandler } from 'fastify'
import type { Expression, SqlBool, Transaction } from 'kysely'
import type { Action, Resource, Role, RolePermissions } from './permissions.js'
import type { Principal } from './principal.js'

/** What `fastify.rolePermissions` can do. Roles are held in memory, compiled; `can` asks no database. */
export interface RolePermissionsService {
  list (): readonly Role[]
  find (by: { id: string } | { name: string }): Role | null
  /** @throws ROLE_PERMISSIONS_ERR_ROLE_EXISTS, ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS naming the path */
  create (role: { name: string, description?: string | null, permissions?: RolePermissions }): Promise<Role>
  /** @throws also ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND, ROLE_PERMISSIONS_ERR_LAST_ADMINISTRATOR */
  update (id: string, change: { name?: string, description?: string | null, permissions?: RolePermissions }): Promise<Role>
  /** @throws ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND, ROLE_PERMISSIONS_ERR_BUILTIN_ROLE */
  delete (id: string): Promise<void>

  /** The roles of a user, by name. */
  rolesOf (userId: string): Promise<Role[]>
  /** Gives a user roles it does not have yet. @throws ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND */
  assign (userId: string, roleIds: readonly string[], transaction?: Transaction<Tables>): Promise<void>
  unassign (userId: string, roleIds: readonly string[], transaction?: Transaction<Tables>): Promise<void>

  /** The principal of a request without a token: the Guest role. */
  guest (): Principal
  /** The built-in Administrator role. */
  administrator (): Role

  /** Decides; never throws for a denial. An unknown table or function is denied to all but Administrators. */
  can (principal: Principal, action: Action | 'call', resource: Resource): Decision
  /** Decides; @throws ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED (403) with `details: { resource, action }` and the explanation */
  authorize (principal: Principal, action: Action | 'call', resource: Resource): Allowed
  /** Why a decision is as it is: what each role says. */
  explain (principal: Principal, action: Action | 'call', resource: Resource): Explanation

  /** Names a table that permissions may speak of, and the fields and relations that filters may use. */
  declareTable (table: FilterableTable): void
  /** Names a function that permissions may allow. */
  declareFunction (name: string): void
  readonly tables: ReadonlyMap<string, FilterableTable>

  /** A route guard for `preHandler`: decides for `request.principal` (the Guest's where it is `null`). */
  guard (action: Action | 'call', resource: Resource): preHandlerAsyncHookHandler

  /** Looks whether another copy of the app changed roles, at most once a second; call it at the start of a request. */
  refresh (): Promise<void>
}

export type Decision = Allowed | Denied

export interface Allowed {
  readonly allowed: true
  /** Every role that allows it, with the records and fields it allows; `null` means all. */
  readonly grants: readonly Grant[]
  /**
   * The condition that a record of the table must meet: the union of the grants' filters. `null`: every record.
   *
   * @param alias how the query names the table, default its SQL name
   */
  rowFilter (alias?: string): Expression<SqlBool> | null
}

export interface Grant {
  readonly role: Role
  readonly fields: ReadonlySet<string> | null
  readonly filter: unknown
}

export interface Denied {
  readonly allowed: false
  readonly resource: string
  readonly action: Action | 'call'
}

export interface Explanation {
  readonly allowed: boolean
  readonly resource: string
  readonly action: Action | 'call'
  readonly roles: readonly { readonly role: string, readonly says: 'allows' | 'denies' | 'is silent', readonly detail: string }[]
  /** What to change so that it is allowed; empty when it is. */
  readonly remedy: string
}
