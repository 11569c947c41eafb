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
  /** `null` where the app has none. */
  readonly auditLog: AuditLog | null
  readonly requesterOf: RequesterOf
}

interface IdentityArguments {
  readonly data: UserIdentity
  readonly filter?: UserKey | null
}

/** Options of a change of somebody's identities. */
type IdentitiesChange = ChangeOptions<readonly UserIdentity[]>

/** What changes by what users sign in: they themselves, or who may update that field of their record. */
export function identityChangesArea ({ usersStore, rolePermissions, authProfiles, tokenVerifier, changes, roleGiving, auditLog, requesterOf }: IdentityChangesParts): SchemaArea {
  const assertOnce = oncePerRequest('userIdentityLink')

  const userIdentityDelete: Resolver<unknown, IdentityArguments> = async (_source, { data: { issuer, subject }, filter }, context) => {
    const { userId, options } = await changeOf(filter, context, ofOwn)
    await usersStore.removeIdentity(userId, { issuer, subject }, options)
    return { success: true }
  }

  const userIdentityRestore: Resolver<unknown, IdentityArguments> = async (_source, { data: { issuer, subject }, filter }, context) => {
    // It lets somebody in as that user, as who changes an email does.
    if (!rolePermissions.mayDoEverything(await requesterOf(context).principal())) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('Users', 'update', { hint: 'only who may do everything restores an account: others link their own (userIdentityLink)' })
    const { userId, options } = await changeOf(filter, context, () => {
      // Whether it is theirs, their token of it says.
      throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ filter: 'must be of another user: bind an account of your own by userIdentityLink' })
    })
    await usersStore.restoreIdentity(userId, { issuer, subject }, options)
    return { success: true }
  }

  const userIdentityLink: Resolver<unknown, { data: { readonly idToken: string } }> = async (_source, { data: { idToken } }, context) => {
    const requester = requesterOf(context)
    const own = (await requester.principal()).kind === 'user' ? await requester.identity() : null
    if (own === null) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('Users', 'update', { hint: 'userIdentityLink is for a user who is signed in by an ID token: sign in and sign up first' })
    assertRecent(own)
    // Each one costs a verification, and may ask an issuer for its keys.
    assertOnce(context)
    const { user } = await authProfiles.link(await verify(idToken, context), own, requester.origin)
    return ownUser(user)
  }

  /** Whose identities are to be changed, and what must hold for it. Without a filter, the requester's own. */
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
          // Or whoever may change this field could shut out who may do more than they may.
          roleGiving.assertMayGive(principal, (await rolePermissions.rolesOf(userId, transaction)).map(role => role.id))
          await permitted.finish(transaction, { before: record(userId, before), after: record(userId, after) })
        }
      }
    }
  }

  /** Everybody removes their own, and keeps one to come back by. */
  function ofOwn ({ userId, principal, identity }: Own): IdentitiesChange {
    if (identity !== null) assertRecent(identity)
    return {
      inTransaction: async (transaction, { before, after }) => {
        // It may have been removed a moment ago, in another copy of the app: who was shut out does not shut out others.
        if (!before?.some(({ issuer, subject }) => issuer === identity?.issuer && subject === identity.subject)) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('Users', 'update')
        if (!await authProfiles.canSignIn(userId, transaction)) throw new GRAPHQL_API_ERR_LAST_IDENTITY()
        await auditLog?.record(transaction, { principal, action: 'update', table: 'Users', recordId: userId, before: record(userId, before), after: record(userId, after) })
      }
    }
  }

  /** Not as the request's own token: clients would renew that one, or sign the user out. */
  async function verify (idToken: string, { reply, app }: MercuriusContext): Promise<Identity> {
    try {
      return await tokenVerifier.verify((reply as MercuriusContext['reply'] | undefined)?.request ?? app, idToken)
    } catch (error) {
      const { code, reason } = error as { code?: string, reason?: string }
      if (code === 'TOKEN_VERIFIER_ERR_TOKEN_EXPIRED') throw new GRAPHQL_API_ERR_UNFIT_ID_TOKEN('expired', 'has expired: sign in to that account again, and send its new ID token')
      if (code !== 'TOKEN_VERIFIER_ERR_TOKEN_INVALID' || reason === undefined) throw error
      throw new GRAPHQL_API_ERR_UNFIT_ID_TOKEN(reason, reason === 'issuer_unreachable'
        ? 'cannot be verified, since its issuer does not answer: try again later'
        : 'is none that this app accepts: sign in to that account by a profile of this app, and send the ID token of it, not the access token')
    }
  }

  return {
    types: `
      input UserIdentityDeleteInput { issuer: String!, subject: String! }
      input UserIdentityRestoreInput { issuer: String!, subject: String! }
      "idToken: of the account to link, by a profile of this app; that of the user stands in the header, as always."
      input UserIdentityLinkInput { idToken: String! }`,
    mutations: `
      "Takes an account away from a user, who does not sign in by it any more: one's own, without a filter, but for the last; those of others, who may update this field of them. It is not bound again until it is linked, or restored."
      userIdentityDelete(data: UserIdentityDeleteInput!, filter: UserKeyFilter): SuccessResponse!
      "Undoes the removal of an account of another user: they sign in by it as before. For who may do everything."
      userIdentityRestore(data: UserIdentityRestoreInput!, filter: UserKeyFilter!): SuccessResponse!
      "Binds one more account to the user of the request, by an ID token of it: what profiles say of linking by email does not matter, but its email must be the user's. Once in a request."
      userIdentityLink(data: UserIdentityLinkInput!): User!`,
    resolvers: { Mutation: { userIdentityDelete, userIdentityRestore, userIdentityLink } }
  }
}

/** The user who asks. */
interface Own {
  readonly userId: string
  readonly principal: Principal
  /** By which they have signed in. */
  readonly identity: Identity | null
}

/** Seconds that a sign-in counts as recent. */
const RECENT = 15 * 60

/** When somebody signed in (OpenID Connect Core §2), a token that was refreshed says again; where it does not, when it was issued. */
function assertRecent ({ claims: { auth_time: signedInAt, iat } }: Identity): void {
  const since = Date.now() / 1000 - Number(signedInAt ?? iat)
  if (!(since <= RECENT)) throw new GRAPHQL_API_ERR_SIGN_IN_TOO_OLD()
}

/** Whether that is the principal's own user, as far as can be told without looking anybody up. */
function isOf ({ id, email }: UserKey, principal: Principal): boolean {
  if (principal.kind !== 'user' || (id == null && email == null)) return false
  return (id == null || id === principal.userId) && (email == null || isEmail(email, principal.email))
}

/** However it is written. */
function isEmail (given: string, email: string): boolean {
  try {
    return normalizeEmail(given) === email
  } catch {
    return false
  }
}

/** As the audit log keeps it. */
function record (id: string, identities: readonly UserIdentity[] | null): { id: string, identities: readonly UserIdentity[] } {
  return { id, identities: identities ?? [] }
}
