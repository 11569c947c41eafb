import { compileRole, questionOf, unlimitedGrant, type AnyAction, type CompiledGrant, type CompiledRole } from './compiled-role.js'
import type { Declarations } from './declarations.js'
import type { Resource, Role } from './permissions.js'

/** How many role sets are cached. Users have few different ones in practice. */
const KEPT = 1000

/** Several roles together, in an order that does not depend on the input. */
export interface RoleSet {
  readonly roles: readonly CompiledRole[]
  /** The grants of all roles. */
  grantsOf (action: AnyAction, resource: Resource): readonly CompiledGrant[]
}

export interface RoleSets {
  /** Ignores IDs of roles that do not exist. */
  of (roleIds: readonly string[]): RoleSet
  /** Empties the cache, because roles or declarations have changed. */
  forget (): void
}

/**
 * Caches compiled role sets. Each role is compiled once for all its sets.
 *
 * @param roleById returns the current role
 * @param reportMistake called for each filter that no longer fits its table, once until something changes
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
      // Not cached for undeclared names: there could be any number of them.
      if ('table' in resource ? tables.has(resource.table) : functions.has(resource.function)) answers.set(question, Object.freeze(grants))
      return grants
    }
  }
}
