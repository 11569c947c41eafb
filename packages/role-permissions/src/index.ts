/**
 * Owns roles, the permissions in them, who has which role, and the decision whether a principal may do
 * something: `fastify.rolePermissions`, `request.principal`. It verifies no token and knows no provider.
 */
import './tables.js'
import type { Principal } from './principal.js'
import type { RolePermissionsService } from './role-permissions.js'

export type { Action, ActionPermission, Resource, Role, RolePermissions, TablePermissions } from './permissions.js'
export type { Principal } from './principal.js'
export type { Allowed, Decision, Denied, Explanation, Grant, RolePermissionsService } from './role-permissions.js'
export type { RolesTable, UserRolesTable } from './tables.js'

declare module 'fastify' {
  interface FastifyInstance {
    rolePermissions: RolePermissionsService
  }
  interface FastifyRequest {
    /** Who this request acts as; `null` until it is decided, which permissions read as Guest. */
    principal: Principal | null
  }
}
