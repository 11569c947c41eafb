import type { AuditedRecord, AuditLog } from '@latchkey/audit-log'
import type { Tables } from '@latchkey/database'
import type { Identity } from '@latchkey/token-verifier'
import { errors, normalizeEmail, type User, type UsersStore } from '@latchkey/users-store'
import type { FastifyBaseLogger } from 'fastify'
import type { Kysely, Transaction } from 'kysely'
import type { ResolvedUser } from './auth-profiles.js'
import { AUTH_PROFILES_ERR_EMAIL_MISMATCH, AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED, AUTH_PROFILES_ERR_USER_NOT_FOUND } from './errors.js'
import { resolvedUser, type BoundUser, type FindByIdentity } from './principal-query.js'
import type { AuthenticationProfile } from './profile.js'
import { obstacleToLinking } from './sign-up-policy.js'
import type { IsVouchedFor } from './vouched-records.js'
import { createWarningLimit } from './warning-limit.js'

export interface IdentityResolution {
  /**
   * The user that an identity belongs to:
   * 1. the one it is bound to, whose email must agree with the token's;
   * 2. else the one that has its email, which it is then bound to, if the email is proven, the profile allows it, the record's email was vouched for, and it
   *    was not removed from that user;
   * 3. else nobody.
   *
   * @throws AUTH_PROFILES_ERR_EMAIL_MISMATCH, AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED, AUTH_PROFILES_ERR_USER_NOT_FOUND
   */
  (identity: Identity, profile: AuthenticationProfile): Promise<ResolvedUser>
}

/** Where an identity stands, without anything being done about it. */
export type Standing =
  /** It is bound to this user, and the emails agree. */
  | { readonly kind: 'bound', readonly bound: BoundUser }
  /** It is bound to this user, whose email is another one than the token's; `follows`: the record is to take the token's over. */
  | { readonly kind: 'email_differs', readonly bound: BoundUser, readonly follows: boolean }
  /** It is bound to nobody, and this user has its email; `links`: it is to be bound to that user, since `obstacle` is `null`. */
  | { readonly kind: 'same_email', readonly user: User, readonly links: boolean, readonly obstacle: LinkObstacle | null }

/**
 * What is in the way of binding an identity to the user with its email: it was `removed` from that user, the `profile` never does so, the `token` does not
 * prove the email, or nobody has vouched for that of the `record`.
 */
export type LinkObstacle = 'removed' | 'profile' | 'token' | 'record'

/** Tells where identities stand, `null` for one that is bound to nobody and whose email nobody has: what `createIdentityResolution` acts on. */
export type IdentityLookUp = (identity: Identity, profile: AuthenticationProfile) => Promise<Standing | null>

interface LookUpParts {
  readonly findByIdentity: FindByIdentity
  readonly usersStore: UsersStore
  readonly db: Kysely<Tables>
  readonly isVouchedFor: IsVouchedFor
}

export function createIdentityLookUp ({ findByIdentity, usersStore, db, isVouchedFor }: LookUpParts): IdentityLookUp {
  return async (identity, profile) => {
    const bound = await findByIdentity(identity)
    if (bound === null) {
      const user = await usersStore.findByEmail(identity.email)
      if (user === null) return null
      const obstacle = await obstacleTo(user, identity, profile)
      return { kind: 'same_email', user, links: obstacle === null, obstacle }
    }
    if (emailsAgree(identity, bound)) return { kind: 'bound', bound }
    return { kind: 'email_differs', bound, follows: profile.onEmailChange === 'update' && identity.emailVerified === true }
  }

  async function obstacleTo ({ id, email }: User, identity: Identity, profile: AuthenticationProfile): Promise<LinkObstacle | null> {
    // Whatever the token proves: somebody has decided.
    if (await usersStore.isRemoved(id, identity)) return 'removed'
    return obstacleToLinking(profile, identity) ?? (await isVouchedFor(db, id, email, identity) ? null : 'record')
  }
}

/** Whether the token's email is the record's. */
export function emailsAgree (identity: Identity, { user }: ResolvedUser): boolean {
  // Most tokens carry it as it is stored, which saves normalising it at every request.
  return identity.email === user.email || normalizeEmail(identity.email) === user.email
}

/**
 * Whether what a bound identity came with is noted already, as far as anybody goes by it: an email that was verified once counts from
 * then on, and one that is not takes nothing away.
 */
export function isNoted (identity: Identity, { user, noted }: BoundUser): boolean {
  // What was noted of another email is of a time before the two came to agree.
  return noted.email === user.email && (noted.emailVerified === true || identity.emailVerified !== true)
}

interface ResolutionParts extends LookUpParts {
  /** `null` where the app has none. */
  readonly auditLog: () => AuditLog | null
  readonly log: FastifyBaseLogger
}

export function createIdentityResolution ({ auditLog, log, ...parts }: ResolutionParts): IdentityResolution {
  const { findByIdentity, usersStore, isVouchedFor } = parts
  const lookUp = createIdentityLookUp(parts)
  const mayWarn = createWarningLimit({ everyMs: WARNED_AGAIN_MS, max: MAX_WARNED })
  return async (identity, profile) => {
    const standing = await lookUp(identity, profile)
    if (standing === null) throw new AUTH_PROFILES_ERR_USER_NOT_FOUND()
    switch (standing.kind) {
      case 'bound':
        if (!isNoted(identity, standing.bound)) await note(standing.bound, identity)
        return standing.bound.answer
      case 'email_differs':
        // An operator who looks for such users finds them by it.
        await note(standing.bound, identity)
        if (!standing.follows) throw new AUTH_PROFILES_ERR_EMAIL_MISMATCH()
        return await followEmail(standing.bound, identity)
      case 'same_email':
        // Another request of the same person may have signed up between the two looks.
        if (!standing.links) return (await findByIdentity(identity) ?? notLinked(standing.user, identity, standing.obstacle)).answer
        await link(standing.user, identity)
        return (await findByIdentity(identity) ?? fail()).answer
    }
  }

  /** Notes the email of the token, where it is not the one that is noted: whoever is refused may come again and again. */
  async function note ({ user, noted }: BoundUser, identity: Identity): Promise<void> {
    if (noted.email === normalizeEmail(identity.email) && noted.emailVerified === identity.emailVerified) return
    await usersStore.noteEmail(user.id, identity, identity.email)
  }

  /** Whether the record is vouched for is asked again while nobody else changes it: its email or identities may be others by now. So is whether the identity was removed. */
  async function link (user: User, identity: Identity): Promise<void> {
    await usersStore.bindIdentity(user.id, identity, identity.email, {
      inTransaction: async (transaction, { before, after }) => {
        if (before?.length !== after?.length && !await isVouchedFor(transaction, user.id, normalizeEmail(identity.email), identity)) notLinked(user, identity, 'record')
        await audit(transaction, user, { identities: before }, { identities: after })
      }
    }).catch((error: unknown) => { throw error instanceof errors.USERS_STORE_ERR_IDENTITY_REMOVED ? new AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED() : error })
  }

  /** The refusals themselves are counted by the activity log; the warning is for whoever is to do something about the user. */
  function notLinked ({ id }: User, { profileId, issuer, subject }: Identity, obstacle: LinkObstacle | null): never {
    if (obstacle === 'record' && mayWarn(JSON.stringify([id, issuer, subject]))) log.warn({ userId: id, profileId, hint: RECORD_HINT }, 'A verified identity was not bound to the user with its email')
    throw new AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED()
  }

  /** Whose token it is does it themselves. */
  async function audit (transaction: Transaction<Tables>, { id, email }: User, before: AuditedRecord, after: AuditedRecord): Promise<void> {
    await auditLog()?.record(transaction, { principal: { kind: 'user', userId: id, email, roles: [] }, action: 'update', table: 'Users', recordId: id, before, after })
  }

  async function followEmail ({ user, principal }: ResolvedUser, identity: Identity): Promise<ResolvedUser> {
    try {
      const updated = await usersStore.update(user.id, { email: identity.email }, {
        inTransaction: async (transaction, { before, after }) => {
          // Who is shut out meanwhile must not take the record along to an email of theirs.
          if (!await isBound(transaction, user.id, identity)) throw new AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED()
          await audit(transaction, user, { ...before }, { ...after })
        }
      })
      return resolvedUser(updated, principal.roles)
    } catch (error) {
      // The new address is another user's: the two records are for a person to sort out.
      if ((error as { code?: string }).code === 'USERS_STORE_ERR_EMAIL_TAKEN') throw new AUTH_PROFILES_ERR_EMAIL_MISMATCH()
      throw error
    }
  }
}

/** Whether an identity is a user's, who is held by the transaction. */
async function isBound (transaction: Transaction<Tables>, userId: string, { issuer, subject }: Identity): Promise<boolean> {
  const row = await transaction.withoutPlugins().selectFrom('latchkey_user_identities').select('user_id')
    .where('issuer', '=', issuer).where('subject', '=', subject).where('user_id', '=', userId).executeTakeFirst()
  return row !== undefined
}

/** A client that asks again and again would fill the log. */
const WARNED_AGAIN_MS = 10 * 60_000
const MAX_WARNED = 1000

const RECORD_HINT = 'None of the identities of that user was last seen with this email, verified. If they are the same person, they sign in as before and link this account (userIdentityLink), or confirm this email there and sign in once; if not, an administrator removes by what the stranger signs in, or deletes the user and creates it anew. See docs/operations.md, "A user has the email already"'

/** The user was deleted between binding and reading. */
function fail (): never {
  throw new AUTH_PROFILES_ERR_USER_NOT_FOUND()
}
