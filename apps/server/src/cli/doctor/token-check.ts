import type { Principal, Resource } from '@latchkey/role-permissions'
import type { FastifyInstance } from 'fastify'
import { note, ok, problem, type Check } from './check.js'
import { userStep, verifySteps } from './token-steps.js'

/** Something to be asked for. */
export interface Question {
  readonly action: 'create' | 'read' | 'update' | 'delete' | 'call'
  readonly resource: Resource
}

/** Why a token is accepted or refused, whose it is, and whether they may do what is asked. Nothing of the token is in it but what it says of itself. */
export async function checkToken (app: FastifyInstance, token: string, question: Question | null): Promise<Check[]> {
  if (token.startsWith('lk_')) return await checkApiToken(app, token, question)
  const { checks, identity } = await verifySteps(app, token)
  if (identity === null) return checks
  checks.push(ok('identity', `${identity.email}, ${identity.emailVerified === true ? 'verified' : identity.emailVerified === false ? 'not verified' : 'of which the issuer does not say whether it is verified'}; subject ${identity.subject}; profile ${identity.profileId}`))
  const { check, user } = await userStep(app, identity)
  checks.push(check)
  if (user === null) return checks
  const roles = user.roleIds ?? (await app.rolePermissions.rolesOf(user.id)).map(({ id }) => id)
  return [...checks, ...permissionSteps(app, { kind: 'user', userId: user.id, email: user.email, roles }, question)]
}

/** What a request without a token may do. */
export function checkGuest (app: FastifyInstance, question: Question): Check[] {
  return [note('user', 'no token: a guest'), ...permissionSteps(app, app.rolePermissions.guest(), question)]
}

async function checkApiToken (app: FastifyInstance, token: string, question: Question | null): Promise<Check[]> {
  try {
    const principal = await app.apiTokens.authenticate(token)
    const found = await app.apiTokens.find({ id: principal.tokenId })
    return [ok('API token', `${found?.name ?? principal.tokenId}; it acts as no user`), ...permissionSteps(app, principal, question)]
  } catch (error) {
    const { code, reason, message } = error as { code?: string, reason?: string, message: string }
    if (code?.startsWith('API_TOKENS_ERR_') !== true) throw error
    return [problem('API token', `${message}${reason === undefined ? '' : ` (${reason})`}`, 'Make a new one: mutation { apiTokenCreate(data: { name: "…" }) { token } }')]
  }
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
