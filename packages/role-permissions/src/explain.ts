import type { FilterVariables } from '@latchkey/record-filter'
import { permissionOf, questionOf, type AnyAction, type CompiledGrant, type CompiledRole } from './compiled-role.js'
import type { Declarations } from './declarations.js'
import { didYouMean } from './did-you-mean.js'
import type { Resource } from './permissions.js'
import type { Explanation } from './role-permissions.js'
import type { RoleSet } from './role-sets.js'

type RoleReason = Explanation['roles'][number]

export function nameOf (resource: Resource): string {
  return 'table' in resource ? resource.table : resource.function
}

/** Explains a decision: what each role says, and what to change. */
export function explain ({ roles, grantsOf }: RoleSet, action: AnyAction, resource: Resource, declared: Declarations, variables: FilterVariables): Explanation {
  const grants = grantsOf(action, resource)
  const byName = [...roles].sort((one, other) => one.role.name < other.role.name ? -1 : 1)
  return {
    allowed: grants.length > 0,
    resource: nameOf(resource),
    action,
    roles: byName.map(role => reasonOf(role, grants.find(grant => grant.role === role.role), action, resource, variables)),
    ...grants.length > 0 ? { remedy: '', remedyRole: null } : remedy(byName, action, resource, declared)
  }
}

function reasonOf ({ role, everything, mistakes }: CompiledRole, grant: CompiledGrant | undefined, action: AnyAction, resource: Resource, variables: FilterVariables): RoleReason {
  const what = `${action} ${nameOf(resource)}`
  if (everything) return { role: role.name, says: 'allows', detail: 'has full access' }
  if (grant !== undefined) return { role: role.name, says: 'allows', detail: `can ${what}${limitsOf(grant, variables)}` }
  const mistake = mistakes.get(questionOf(action, resource))
  if (mistake !== undefined) return { role: role.name, says: 'denies', detail: `cannot ${what}, because the permission's filter does not fit the table: ${mistake}` }
  const said = permissionOf(role, action, resource)
  if (said?.allow === true) return { role: role.name, says: 'denies', detail: `has permission to ${what}, but the app does not declare it` }
  if (said === undefined) return { role: role.name, says: 'is silent', detail: `has no permission to ${what}` }
  return { role: role.name, says: 'denies', detail: `is denied permission to ${what}` }
}

/** Describes the limits of a grant. */
function limitsOf ({ fields, filter, condition }: CompiledGrant, variables: FilterVariables): string {
  const limits: string[] = []
  if (fields !== null) limits.push(fields.size === 0 ? ', but none of its fields' : `, but only the fields ${[...fields].sort().join(', ')}`)
  if (condition !== null) limits.push(`, for records where ${JSON.stringify(filter)}`)
  const missing = condition?.variables.filter(name => (variables[name] ?? '') === '') ?? []
  if (missing.length > 0) limits.push(`; this principal has no ${missing.join(', ')}, so conditions on it match no record`)
  return limits.join('')
}

function remedy (roles: readonly CompiledRole[], action: AnyAction, resource: Resource, declared: Declarations): Pick<Explanation, 'remedy' | 'remedyRole'> {
  const name = nameOf(resource)
  const [kind, known] = 'table' in resource ? ['table', declared.tables] as const : ['function', declared.functions] as const
  if (!known.has(name)) return { remedy: `The app declares no ${kind} ${name}, so only a role with full access can ${action} it${didYouMean(name, known.keys()) || `: call fastify.rolePermissions.${kind === 'table' ? 'declareTable' : 'declareFunction'}, or correct the name`}`, remedyRole: null }
  const [first] = roles
  if (first === undefined) return { remedy: `The principal has no roles. Assign one with permission to ${action} ${name}`, remedyRole: null }
  const mistaken = roles.find(({ mistakes }) => mistakes.has(questionOf(action, resource)))
  const remedyRole = (mistaken ?? first).role.name
  const place = `Roles > ${remedyRole} > ${'table' in resource ? `Data: data.${name}.${action}` : `Functions: custom.functions.${name}`}`
  if (mistaken !== undefined) return { remedy: `Fix the filter under ${place}.filter`, remedyRole }
  if (roles.length === 1) return { remedy: `${remedyRole} has no permission to ${action} ${name}. Grant it under ${place}.allow = true`, remedyRole }
  return { remedy: `None of the roles ${roles.map(({ role }) => role.name).join(', ')} has permission to ${action} ${name}. Grant it to one of them, for example under ${place}.allow = true`, remedyRole }
}
