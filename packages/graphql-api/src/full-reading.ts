import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import { GRAPHQL_API_ERR_NOT_AUTHORIZED } from './errors.js'

/** Whether the principal may read these fields of every record of a table, so that no answer about them reveals anything new. */
export function readsInFull (rolePermissions: RolePermissionsService, principal: Principal, table: string, fields: readonly string[]): boolean {
  const decision = rolePermissions.can(principal, 'read', { table })
  return decision.allowed && decision.rowFilter() === null && fields.every(field => decision.fieldFilter(field) === null)
}

/** @throws ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED, GRAPHQL_API_ERR_NOT_AUTHORIZED unless the principal may read these fields of every record of a table */
export function assertReadsInFull (rolePermissions: RolePermissionsService, principal: Principal, table: string, fields: readonly string[]): void {
  const allowed = rolePermissions.authorize(principal, 'read', { table })
  const field = fields.find(name => allowed.fieldFilter(name) !== null)
  if (allowed.rowFilter() === null && field === undefined) return
  throw new GRAPHQL_API_ERR_NOT_AUTHORIZED(table, 'read', {
    ...field !== undefined && { field },
    hint: `this needs a role that can read ${fields.join(', ')} of all ${table}, without a filter`
  })
}
