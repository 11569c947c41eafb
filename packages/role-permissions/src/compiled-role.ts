import { parseFilter, type RecordFilter } from '@latchkey/record-filter'
import type { Declarations } from './declarations.js'
import { actions, mayDoEverything, type Action, type ActionPermission, type Resource, type Role } from './permissions.js'
import type { Grant } from './role-permissions.js'

export type AnyAction = Action | 'call'

/** A grant with its filter parsed; `null` admits every record. */
export interface CompiledGrant extends Grant {
  readonly condition: RecordFilter | null
}

/** A role, compiled for decisions. */
export interface CompiledRole {
  readonly role: Role
  readonly everything: boolean
  /** By `questionOf`, for declared tables and functions only. */
  readonly grants: ReadonlyMap<string, CompiledGrant>
  /** Permissions with a filter that no longer fits its table, which therefore allow nothing. By `questionOf`, with the reason. */
  readonly mistakes: ReadonlyMap<string, string>
}

/** A unique key for each action and resource. */
export function questionOf (action: AnyAction, resource: Resource): string {
  return 'table' in resource ? `${action} table ${resource.table}` : `${action} function ${resource.function}`
}

export function compileRole (role: Role, declared: Declarations): CompiledRole {
  const grants = new Map<string, CompiledGrant>()
  const mistakes = new Map<string, string>()
  for (const [name, table] of declared.tables) {
    for (const action of actions) {
      const resource = { table: name }
      const permission = permissionOf(role, action, resource)
      if (permission?.allow !== true) continue
      const question = questionOf(action, resource)
      try {
        const condition = permission.filter === undefined ? null : parseFilter(permission.filter, table)
        grants.set(question, grantOf(role, permission, condition))
      } catch (error) {
        mistakes.set(question, (error as Error).message)
      }
    }
  }
  for (const name of declared.functions) {
    const resource = { function: name }
    const permission = permissionOf(role, 'call', resource)
    if (permission?.allow === true) grants.set(questionOf('call', resource), grantOf(role, permission, null))
  }
  return { role, everything: mayDoEverything(role), grants, mistakes }
}

/** A role's permission for an action, whether or not the resource is declared. `undefined` if there is none. */
export function permissionOf ({ permissions }: Role, action: AnyAction, resource: Resource): ActionPermission | undefined {
  if ('table' in resource) return action === 'call' ? undefined : own(own(permissions.data, resource.table), action)
  return action === 'call' ? own(permissions.custom?.functions, resource.function) : undefined
}

/** The grant of a role with full access, for any question. */
export function unlimitedGrant (role: Role): CompiledGrant {
  return grantOf(role, { allow: true }, null)
}

function grantOf (role: Role, { fields, filter = null }: ActionPermission, condition: RecordFilter | null): CompiledGrant {
  const named = fields === undefined ? null : new Set(Object.entries(fields).filter(([, allowed]) => allowed).map(([name]) => name))
  return Object.freeze({ role, fields: named, filter, condition })
}

/** Own properties only, because the names come from the app and from people. */
function own<Value> (named: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
  return named !== undefined && Object.hasOwn(named, name) ? named[name] : undefined
}
