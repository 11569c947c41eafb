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
  /** `null` where the app has none. */
  readonly auditLog: AuditLog | null
  readonly requesterOf: RequesterOf
}

/** How the first administrator of an app comes to be. */
export function firstAdministratorArea ({ firstAdministrator, rolePermissions, auditLog, requesterOf }: FirstAdministratorParts): SchemaArea {
  const administratorClaim: Resolver<unknown, { code: string }> = async (_source, { code }, context) => {
    const requester = requesterOf(context)
    const resolved = (await requester.principal()).kind === 'user' ? await requester.resolved() : null
    if (resolved === null) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('Roles', 'update', { hint: 'administratorClaim is for a user: sign in and sign up first' })
    const { user, principal } = resolved
    const role = await firstAdministrator.claim(user.id, code, {
      inTransaction: async (transaction, { name }) => {
        const had = (await rolePermissions.rolesOf(user.id, transaction)).map(role => role.name)
        await auditLog?.record(transaction, {
          principal, action: 'administratorClaim', table: 'Users', recordId: user.id, before: { ...user, roles: had.filter(other => other !== name) }, after: { ...user, roles: had }
        })
      }
    })
    // What follows in the same request is done with it.
    requester.become({ user, principal: { ...principal, roles: [...principal.roles, role.id] } })
    return ownUser(user)
  }

  return {
    queries: `
      "Whether no user may do everything yet; anybody may ask. The code for administratorClaim stands in the server's log then."
      administratorNeeded: Boolean!`,
    mutations: `
      "Makes the token's user the first administrator, by the code in the server's log."
      administratorClaim(code: String!): User!`,
    resolvers: { Query: { administratorNeeded: async () => await firstAdministrator.needed() }, Mutation: { administratorClaim } }
  }
}
