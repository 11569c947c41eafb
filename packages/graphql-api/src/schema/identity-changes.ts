import type { AuditLog } from '@latchkey/audit-log'
import type { AuthProfiles } from '@latchkey/auth-profiles'
import type { ChangeOptions } from '@latchkey/database'
import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import type { Identity, TokenVerifier } from '@latchkey/token-verifier'
import { normalizeEmail, type UserIdentity, type UsersStore } from '@latchkey/users-store'
import type { MercuriusContext } from 'mercurius'
import type { GuardedChanges } from '../changes/guarded-changes.js'
import type { RoleGiving } from '../changes/role-giving.js'
import { idOfUser, type UserKey } from '../changes/user-key.js'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT, GRAPHQL_API_ERR_LAST_IDENTITY, GRAPHQL_API_ERR_NOT_AUTHORIZED, GRAPHQL_API_ERR_SIGN_IN_TOO_OLD, GRAPHQL_API_ERR_UNFIT_ID_TOKEN } from '../errors.js'
import { oncePerRequest } from '../once-per-request.js'
import type { RequesterOf } from '../requester-of.js'
import { ownUser } from '../visible-users.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface IdentityChangesParts {
  readonly usersStore: UsersStore
  readonly rolePermissions: RolePermissionsService
  readonly authProfiles: AuthProfiles
  readonly tokenVerifier: TokenVerifier
  readonly changes: GuardedChanges
  readonly roleGiving: RoleGiving
  /** `null` if the app has none. */
  readonly auditLog: AuditLog | null
  readonly requesterOf: RequesterOf
}

interface IdentityArguments {
  readonly data: UserIdentity
  readonly filter?: UserKey | null
}

/** The options of a change of a user's identities. */
type IdentitiesChange = ChangeOptions<readonly UserIdentity[]>

/** The mutations that change the linked accounts of users: by the users themselves, or by anyone who may update that field of the user. */
export function identityChangesArea ({ usersStore, rolePermissions, authProfiles, tokenVerifier, changes, roleGiving, auditLog, requesterOf }: IdentityChangesParts): SchemaArea {
  const assertOnce = oncePerRequest('userIdentityLink')

  const userIdentityDelete: Resolver<unknown, IdentityArguments> = async (_source, { data: { issuer, subject }, filter }, context) => {
    const { userId, options } = await changeOf(filter, context, ofOwn)
    await usersStore.removeIdentity(userId, { issuer, subject }, options)
    return { success: true }
  }

  const userIdentityRestore: Resolver<unknown, IdentityArguments> = async (_source, { data: { issuer, subject }, filter }, context) => {
    // Restoring lets somebody sign in as that user, just like changing the email.
    if (!rolePermissions.mayDoEverything(await requesterOf(context).principal())) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('Users', 'update', { hint: 'only a role with full access can restore an account: users can link their own accounts (userIdentityLink)' })
    const { userId, options } = await changeOf(filter, context, () => {
      // For your own account, its token must prove that it is yours.
      throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ filter: 'must name another user: link your own account with userIdentityLink' })
    })
    await usersStore.restoreIdentity(userId, { issuer, subject }, options)
    return { success: true }
  }

  const userIdentityLink: Resolver<unknown, { data: { readonly idToken: string } }> = async (_source, { data: { idToken } }, context) => {
    const requester = requesterOf(context)
    const own = (await requester.principal()).kind === 'user' ? await requester.identity() : null
    if (own === null) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('Users', 'update', { hint: 'userIdentityLink needs a user who is signed in with an ID token: sign in and sign up first' })
    assertRecent(own)
    // Each link costs a verification, and may fetch keys from an issuer.
    assertOnce(context)
    const { user } = await authProfiles.link(await verify(idToken, context), own, requester.origin)
    return ownUser(user)
  }

  /** The user whose identities are changed, and the conditions. Without a filter, the requester's own. */
  async function changeOf (filter: UserKey | null | undefined, context: MercuriusContext, ofOwn: (own: Own) => IdentitiesChange): Promise<{ userId: string, options: IdentitiesChange }> {
    const requester = requesterOf(context)
    const principal = await requester.principal()
    const permitted = filter == null || isOf(filter, principal) ? null : changes.begin<{ id: string }>({ principal, table: 'Users', action: 'update', fields: ['identities'] })
    const userId = permitted === null ? (await requester.resolved())?.user.id : await idOfUser(usersStore, filter, null)
    if (userId === undefined) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('Users', 'update')
    if (permitted === null || (principal.kind === 'user' && principal.userId === userId)) return { userId, options: ofOwn({ userId, principal, identity: await requester.identity() }) }
    return {
      userId,
      options: {
        where: permitted.where,
        inTransaction: async (transaction, { before, after }) => {
          // Otherwise, somebody who may update this field could lock out users with more permissions than they have.
          roleGiving.assertMayGive(principal, (await rolePermissions.rolesOf(userId, transaction)).map(role => role.id))
          await permitted.finish(transaction, { before: record(userId, before), after: record(userId, after) })
        }
      }
    }
  }

  /** Users may remove their own accounts, except the last one with which they can sign in. */
  function ofOwn ({ userId, principal, identity }: Own): IdentitiesChange {
    if (identity !== null) assertRecent(identity)
    return {
      inTransaction: async (transaction, { before, after }) => {
        // The requester's own account may just have been removed in another instance. Somebody who was locked out must not lock out others.
        if (!before?.some(({ issuer, subject }) => issuer === identity?.issuer && subject === identity.subject)) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('Users', 'update')
        if (!await authProfiles.canSignIn(userId, transaction)) throw new GRAPHQL_API_ERR_LAST_IDENTITY()
        await auditLog?.record(transaction, { principal, action: 'update', table: 'Users', recordId: userId, before: record(userId, before), after: record(userId, after) })
      }
    }
  }

  /** Reports errors differently than for the request's own token, which clients would renew, or sign the user out. */
  async function verify (idToken: string, { reply, app }: MercuriusContext): Promise<Identity> {
    try {
      return await tokenVerifier.verify((reply as MercuriusContext['reply'] | undefined)?.request ?? app, idToken)
    } catch (error) {
      const { code, reason } = error as { code?: string, reason?: string }
      if (code === 'TOKEN_VERIFIER_ERR_TOKEN_EXPIRED') throw new GRAPHQL_API_ERR_UNFIT_ID_TOKEN('expired', 'has expired: sign in to that account again, and send its new ID token')
      if (code !== 'TOKEN_VERIFIER_ERR_TOKEN_INVALID' || reason === undefined) throw error
      throw new GRAPHQL_API_ERR_UNFIT_ID_TOKEN(reason, reason === 'issuer_unreachable'
        ? 'cannot be verified because its issuer does not answer: try again later'
        : 'is not accepted by this app: sign in to that account with a profile of this app, and send its ID token, not the access token')
    }
  }

  return {
    types: `
      input UserIdentityDeleteInput { issuer: String!, subject: String! }
      input UserIdentityRestoreInput { issuer: String!, subject: String! }
      "idToken is the ID token of the account to link, issued for a profile of this app. Send your own ID token in the Authorization header, as always."
      input UserIdentityLinkInput { idToken: String! }`,
    mutations: `
      "Removes a linked account from a user, who can no longer sign in with it. Without a filter, removes one of your own accounts (not the last, and only within 15 minutes of signing in). For other users, you need update on the field identities. The account is not linked again automatically."
      userIdentityDelete(data: UserIdentityDeleteInput!, filter: UserKeyFilter): SuccessResponse!
      "Restores a removed account of another user, who can then sign in with it as before. Needs full access."
      userIdentityRestore(data: UserIdentityRestoreInput!, filter: UserKeyFilter!): SuccessResponse!
      "Links another account to the signed-in user, proven by an ID token of that account. Its email must be the user's email. You must have signed in within the last 15 minutes. Allowed once per request."
      userIdentityLink(data: UserIdentityLinkInput!): User!`,
    resolvers: { Mutation: { userIdentityDelete, userIdentityRestore, userIdentityLink } }
  }
}

/** The requester's own user. */
interface Own {
  readonly userId: string
  readonly principal: Principal
  /** The identity with which they have signed in. */
  readonly identity: Identity | null
}

/** Seconds for which a sign-in counts as recent. */
const RECENT = 15 * 60

/** Uses `auth_time` (OpenID Connect Core §2), which refreshed tokens repeat; without it, the time when the token was issued. */
function assertRecent ({ claims: { auth_time: signedInAt, iat } }: Identity): void {
  const since = Date.now() / 1000 - Number(signedInAt ?? iat)
  if (!(since <= RECENT)) throw new GRAPHQL_API_ERR_SIGN_IN_TOO_OLD()
}

/** Whether the key names the principal's own user, as far as this can be told without a query. */
function isOf ({ id, email }: UserKey, principal: Principal): boolean {
  if (principal.kind !== 'user' || (id == null && email == null)) return false
  return (id == null || id === principal.userId) && (email == null || isEmail(email, principal.email))
}

/** Compares emails in any spelling. */
function isEmail (given: string, email: string): boolean {
  try {
    return normalizeEmail(given) === email
  } catch {
    return false
  }
}

/** The record for the audit log. */
function record (id: string, identities: readonly UserIdentity[] | null): { id: string, identities: readonly UserIdentity[] } {
  return { id, identities: identities ?? [] }
}
