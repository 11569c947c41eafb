import type { Action, Allowed, Principal, RolePermissionsService } from '@latchkey/role-permissions'
import { extentOf } from './permission-extent.js'

/** What a principal may do with one resource, in the format of role permissions. */
export interface PermissionItem {
  readonly resource: string
  readonly resourceType: 'data' | 'custom'
  readonly permission: Readonly<Record<string, unknown>>
}

const actions: readonly Action[] = ['create', 'read', 'update', 'delete']
const others = ['settings', 'users'] as const

/**
 * The combined permissions of all roles of a principal, for front ends that show only what is allowed. If several roles
 * limit an action, `fields` and `filter` are what they allow together; the server itself decides record by record.
 */
export function effectivePermissions (rolePermissions: RolePermissionsService, principal: Principal): PermissionItem[] {
  const tables = [...rolePermissions.tables.keys()].map((table): PermissionItem => ({
    resource: table,
    resourceType: 'data',
    permission: Object.fromEntries(actions.map(action => {
      const decision = rolePermissions.can(principal, action, { table })
      return [action, decision.allowed ? merge(decision) : { allow: false }]
    }))
  }))
  return [...tables, ...customSections(rolePermissions, principal)]
}

function merge (allowed: Allowed): Record<string, unknown> {
  const { everyRecord, fields, filter } = extentOf(allowed)
  return {
    allow: true,
    ...fields !== null && { fields: Object.fromEntries(fields.map(field => [field, true])) },
    ...!everyRecord && { filter }
  }
}

/** The sections of `custom`: the declared functions, and for the other sections every name that any role mentions. */
function customSections (rolePermissions: RolePermissionsService, principal: Principal): PermissionItem[] {
  const roles = principal.roles.flatMap(id => rolePermissions.find({ id }) ?? [])
  const functions = [...rolePermissions.functions].map(name => [name, rolePermissions.can(principal, 'call', { function: name }).allowed] as const)
  return [section('functions', functions), ...others.map(name => section(name, allowancesOf(name)))].filter(({ permission }) => Object.keys(permission).length > 0)

  function allowancesOf (section: typeof others[number]): (readonly [string, boolean])[] {
    const names = new Set(rolePermissions.list().flatMap(role => Object.keys(role.permissions.custom?.[section] ?? {})))
    return [...names].map(name => [name, roles.some(({ permissions: { all, custom } }) => all === true || custom?.[section]?.[name]?.allow === true)])
  }
}

function section (resource: string, allowances: readonly (readonly [string, boolean])[]): PermissionItem {
  return { resource, resourceType: 'custom', permission: Object.fromEntries(allowances.map(([name, allow]) => [name, { allow }])) }
}
