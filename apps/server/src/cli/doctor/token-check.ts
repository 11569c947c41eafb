import type { Principal, Resource } from '@latchkey/role-permissions'
import type { FastifyInstance } from 'fastify'
import { note, ok, problem, type Check } from './check.js'

/** Something to be asked for. */
export interface Question {
  readonly action: 'create' | 'read' | 'update' | 'delete' | 'call'
  readonly resource: Resource
}

/** Why a token is accepted or refused, whose it is, and whether they may do what is asked. Nothing of the token is in it but what it says of itself. */
export async function checkToken (app: FastifyInstance, token: string, question: Question | null): Promise<Check[]> {
  const { steps, principal } = await app.authProfiles.examine(app, token)
  return principal === null ? [...steps] : [...steps, ...permissionSteps(app, principal, question)]
}

/** What a request without a token may do. */
export function checkGuest (app: FastifyInstance, question: Question): Check[] {
  return [note('user', 'no token: a guest'), ...permissionSteps(app, app.rolePermissions.guest(), question)]
}

function permissionSteps ({ rolePermissions }: FastifyInstance, principal: Principal, question: Question | null): Check[] {
  const names = principal.roles.flatMap(id => rolePermissions.find({ id })?.name ?? []).sort()
  const roles = names.length > 0 ? ok('roles', names.join(', ')) : problem('roles', 'none, and so nothing is allowed', 'Give a role: mutation { userUpdate(filter: { email: "…" }, data: { roles: { connect: [{ name: "…" }] } }) { id } }')
  if (question === null) return [roles]
  const { action, resource } = question
  const { allowed, roles: said, remedy } = rolePermissions.explain(principal, action, resource)
  const what = `${action} ${'table' in resource ? resource.table : resource.function}`
  const detail = said.map(({ role, detail }) => `${role} ${detail}`).join('; ')
  return [roles, allowed ? ok(what, detail) : problem(what, detail === '' ? 'there is no role to decide by' : detail, remedy)]
}
