import { compileRole, questionOf, unlimitedGrant, type AnyAction, type CompiledGrant, type CompiledRole } from './compiled-role.js'
import type { Declarations } from './declarations.js'
import type { Resource, Role } from './permissions.js'

/** Sets of roles that users really have are few; this many are kept ready. */
const KEPT = 1000

/** Several roles together, in an order that does not depend on how they were given. */
export interface RoleSet {
  readonly roles: readonly CompiledRole[]
  /** The grants of all of them. */
  grantsOf (action: AnyAction, resource: Resource): readonly CompiledGrant[]
}

export interface RoleSets {
  /** Ids of roles that do not exist count for nothing. */
  of (roleIds: readonly string[]): RoleSet
  /** Forgets what is ready: roles or declarations are other ones now. */
  forget (): void
}

/**
 * Keeps the permissions of role sets compiled, each role once for all sets it is in.
 *
 * @param roleById gives a role as it is now
 * @param reportMistake told of each filter that no longer fits its table, once as long as nothing changes
 */
export function keepRoleSets (roleById: (id: string) => Role | undefined, declared: Declarations, reportMistake: (role: Role, question: string, reason: string) => void): RoleSets {
  const roles = new Map<string, CompiledRole>()
  const sets = new Map<string, RoleSet>()

  function compiled (role: Role): CompiledRole {
    const known = roles.get(role.id)
    if (known !== undefined) return known
    const made = compileRole(role, declared)
    roles.set(role.id, made)
    for (const [question, reason] of made.mistakes) reportMistake(role, question, reason)
    return made
  }

  return {
    of: roleIds => {
      const ids = [...new Set(roleIds)].sort()
      const key = JSON.stringify(ids)
      const known = sets.get(key)
      if (known !== undefined) return known
      const set = roleSet(ids.map(roleById).filter(role => role !== undefined).map(compiled), declared)
      const [oldest] = sets.keys()
      if (sets.size >= KEPT && oldest !== undefined) sets.delete(oldest)
      sets.set(key, set)
      return set
    },
    forget: () => {
      roles.clear()
      sets.clear()
    }
  }
}

function roleSet (roles: readonly CompiledRole[], { tables, functions }: Declarations): RoleSet {
  const answers = new Map<string, readonly CompiledGrant[]>()
  return {
    roles,
    grantsOf: (action, resource) => {
      const question = questionOf(action, resource)
      const known = answers.get(question)
      if (known !== undefined) return known
      const grants = roles.map(role => role.everything ? unlimitedGrant(role.role) : role.grants.get(question)).filter(grant => grant !== undefined)
      // Names that nobody declared could be any number of names.
      if ('table' in resource ? tables.has(resource.table) : functions.has(resource.function)) answers.set(question, Object.freeze(grants))
      return grants
    }
  }
}
