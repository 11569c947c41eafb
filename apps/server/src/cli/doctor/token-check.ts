import type { Principal, Resource } from '@latchkey/role-permissions'
import type { FastifyInstance } from 'fastify'
import { note, ok, problem, type Check } from './check.js'

/** A permission to check. */
export interface Question {
  readonly action: 'create' | 'read' | 'update' | 'delete' | 'call'
  readonly resource: Resource
}

/**
 * Explains why a token is accepted or refused, whose it is, and whether its owner has a permission. The result contains
 * what the token claims, never the token itself.
 */
export async function checkToken (app: FastifyInstance, token: string, question: Question | null): Promise<Check[]> {
  const { steps, principal } = await app.authProfiles.examine(app, token)
  return principal === null ? [...steps] : [...steps, ...permissionSteps(app, principal, question)]
}

/** Explains what a request without a token may do. */
export function checkGuest (app: FastifyInstance, question: Question): Check[] {
  return [note('user', 'no token: a guest'), ...permissionSteps(app, app.rolePermissions.guest(), question)]
}

function permissionSteps ({ rolePermissions }: FastifyInstance, principal: Principal, question: Question | null): Check[] {
  const names = principal.roles.flatMap(id => rolePermissions.find({ id })?.name ?? []).sort()
  const roles = names.length > 0 ? ok('roles', names.join(', ')) : problem('roles', 'none, so nothing is allowed', 'Assign a role: mutation { userUpdate(filter: { email: "…" }, data: { roles: { connect: [{ name: "…" }] } }) { id } }')
  if (question === null) return [roles]
  const { action, resource } = question
  const { allowed, roles: said, remedy } = rolePermissions.explain(principal, action, resource)
  const what = `${action} ${'table' in resource ? resource.table : resource.function}`
  const detail = said.map(({ role, detail }) => `${role} ${detail}`).join('; ')
  return [roles, allowed ? ok(what, detail) : problem(what, detail === '' ? 'no role that could allow it' : detail, remedy)]
}
