import type { Dialect } from '@latchkey/record-filter'
import { AllowedByGrants } from './allowed.js'
import type { Declarations } from './declarations.js'
import { ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED } from './errors.js'
import { explain, nameOf } from './explain.js'
import { missing } from './missing.js'
import { variablesOf, type Principal } from './principal.js'
import { checkQuestion } from './question.js'
import type { NotAuthorizedError, RolePermissionsService } from './role-permissions.js'
import type { RoleSet, RoleSets } from './role-sets.js'

type Decisions = Pick<RolePermissionsService, 'can' | 'authorize' | 'explain' | 'mayDoEverything' | 'missingFor'>

/** Makes all decisions. No other code evaluates permissions. */
export function makeDecisions (roleSets: RoleSets, declared: Declarations, guestRoleId: () => string, dialect: Dialect): Decisions {
  function rolesOf (principal: Principal): RoleSet {
    return roleSets.of(principal.kind === 'guest' ? [guestRoleId()] : principal.roles)
  }

  const decisions: Decisions = {
    can: (principal, action, resource) => {
      checkQuestion(action, resource)
      const grants = rolesOf(principal).grantsOf(action, resource)
      return grants.length > 0
        ? new AllowedByGrants(grants, dialect, variablesOf(principal))
        : { allowed: false, resource: nameOf(resource), action }
    },
    authorize: (principal, action, resource) => {
      const decision = decisions.can(principal, action, resource)
      if (decision.allowed) return decision
      const refused: NotAuthorizedError = Object.assign(new ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED(), {
        details: { resource: decision.resource, action },
        explanation: decisions.explain(principal, action, resource)
      })
      throw refused
    },
    mayDoEverything: principal => rolesOf(principal).roles.some(({ everything }) => everything),
    missingFor: (principal, permissions) => missing(permissions, rolesOf(principal).roles.map(({ role }) => role), variablesOf(principal)),
    explain: (principal, action, resource) => {
      checkQuestion(action, resource)
      return explain(rolesOf(principal), action, resource, declared, variablesOf(principal))
    }
  }
  return decisions
}
