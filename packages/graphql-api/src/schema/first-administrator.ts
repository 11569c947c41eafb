import type { AuditLog } from '@latchkey/audit-log'
import type { FirstAdministrator } from '@latchkey/first-administrator'
import type { RolePermissionsService } from '@latchkey/role-permissions'
import { GRAPHQL_API_ERR_NOT_AUTHORIZED } from '../errors.js'
import type { RequesterOf } from '../requester-of.js'
import { ownUser } from '../visible-users.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface FirstAdministratorParts {
  readonly firstAdministrator: FirstAdministrator
  readonly rolePermissions: RolePermissionsService
  /** `null` if the app has none. */
  readonly auditLog: AuditLog | null
  readonly requesterOf: RequesterOf
}

/** How an app gets its first administrator. */
export function firstAdministratorArea ({ firstAdministrator, rolePermissions, auditLog, requesterOf }: FirstAdministratorParts): SchemaArea {
  const administratorClaim: Resolver<unknown, { code: string }> = async (_source, { code }, context) => {
    const requester = requesterOf(context)
    const resolved = (await requester.principal()).kind === 'user' ? await requester.resolved() : null
    if (resolved === null) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('Roles', 'update', { hint: 'administratorClaim needs a user: sign in and sign up first' })
    const { user, principal } = resolved
    const role = await firstAdministrator.claim(user.id, code, {
      inTransaction: async (transaction, { name }) => {
        const had = (await rolePermissions.rolesOf(user.id, transaction)).map(role => role.name)
        await auditLog?.record(transaction, {
          principal, action: 'administratorClaim', table: 'Users', recordId: user.id, before: { ...user, roles: had.filter(other => other !== name) }, after: { ...user, roles: had }
        })
      }
    })
    // The rest of the request uses the new role.
    requester.become({ user, principal: { ...principal, roles: [...principal.roles, role.id] } })
    return ownUser(user)
  }

  return {
    queries: `
      "Whether no user has full access yet. Anyone may ask. If true, the server's log contains a code for administratorClaim."
      administratorNeeded: Boolean!`,
    mutations: `
      "Makes the signed-in user the first administrator. Needs the one-time code from the server's log."
      administratorClaim(code: String!): User!`,
    resolvers: { Query: { administratorNeeded: async () => await firstAdministrator.needed() }, Mutation: { administratorClaim } }
  }
}
