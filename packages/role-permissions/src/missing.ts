import { variableNames, type FilterVariables, type VariableName } from '@latchkey/record-filter'
import { isDeepStrictEqual } from 'node:util'
import { permissionOf, type AnyAction } from './compiled-role.js'
import { actions, mayDoEverything, type ActionPermission, type Resource, type Role, type RolePermissions } from './permissions.js'
import type { Missing } from './role-permissions.js'

/**
 * Returns the first of these permissions that the roles lack, or `null` if they have all of them. Filters are not compared
 * logically: only the same filter counts, or none.
 *
 * @param roles the roles of the principal that wants to grant the permissions
 * @param variables the values of filter variables. A filter on a variable without a value admits no record, so it grants nothing
 */
export function missing (permissions: RolePermissions, roles: readonly Role[], variables: FilterVariables): Missing | null {
  if (roles.some(mayDoEverything)) return null
  if (permissions.all === true) return { resource: '*', action: 'all' }
  for (const [table, ofTable] of Object.entries(permissions.data ?? {})) {
    for (const action of actions) {
      const wanted = ofTable[action]
      if (wanted?.allow === true && !covers(permissionsOf(roles, action, { table }), wanted, variables)) return { resource: table, action }
    }
  }
  for (const [name, { allow }] of Object.entries(permissions.custom?.functions ?? {})) {
    if (allow && permissionsOf(roles, 'call', { function: name }).length === 0) return { resource: name, action: 'call' }
  }
  for (const section of ['settings', 'users'] as const) {
    for (const [name, { allow }] of Object.entries(permissions.custom?.[section] ?? {})) {
      if (allow && !roles.some(role => role.permissions.custom?.[section]?.[name]?.allow === true)) return { resource: name, action: 'call' }
    }
  }
  return null
}

function permissionsOf (roles: readonly Role[], action: AnyAction, resource: Resource): ActionPermission[] {
  return roles.map(role => permissionOf(role, action, resource)).filter(permission => permission !== undefined).filter(({ allow }) => allow)
}

/** Permissions for the same records add up. */
function covers (own: readonly ActionPermission[], wanted: ActionPermission, variables: FilterVariables): boolean {
  const giving = own.filter(({ filter }) => filter === undefined || (isDeepStrictEqual(filter, wanted.filter) && hasValues(filter, variables)))
  if (giving.length === 0) return false
  if (giving.some(({ fields }) => fields === undefined)) return true
  if (wanted.fields === undefined) return false
  return Object.entries(wanted.fields).every(([field, allowed]) => !allowed || giving.some(({ fields }) => fields?.[field] === true))
}

function hasValues (filter: unknown, variables: FilterVariables): boolean {
  const text = JSON.stringify(filter)
  return variableNames.every(name => !uses(text, name) || variables[name] != null)
}

/** Whether a filter, as JSON, compares something with a variable. `is_self` and `not_self` do so without naming it. */
function uses (text: string, name: VariableName): boolean {
  return text.includes(name) || (name === '__loggedInUserId' && /"(?:is|not)_self":/.test(text))
}
