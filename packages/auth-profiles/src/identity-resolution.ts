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
   * 1. the user it is bound to, whose email must match the token's;
   * 2. otherwise the user that has its email. The identity is then bound to it, provided that the email is proven, the profile
   *    allows it, the user's email is vouched for, and the identity was not removed from that user;
   * 3. otherwise nobody.
   *
   * @throws AUTH_PROFILES_ERR_EMAIL_MISMATCH, AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED, AUTH_PROFILES_ERR_USER_NOT_FOUND
   */
  (identity: Identity, profile: AuthenticationProfile): Promise<ResolvedUser>
}

/** What is known about an identity, before anything is done. */
export type Standing =
  /** It is bound to this user, and the emails match. */
  | { readonly kind: 'bound', readonly bound: BoundUser }
  /** It is bound to this user, whose email differs from the token's; `follows`: the user's email will be updated. */
  | { readonly kind: 'email_differs', readonly bound: BoundUser, readonly follows: boolean }
  /** It is bound to nobody, and this user has its email; `links`: it will be bound to that user, because `obstacle` is `null`. */
  | { readonly kind: 'same_email', readonly user: User, readonly links: boolean, readonly obstacle: LinkObstacle | null }

/**
 * Why an identity is not bound to the user with its email: it was `removed` from that user, the `profile` never links by
 * email, the `token` does not prove the email, or nothing vouches for the email of the `record`.
 */
export type LinkObstacle = 'removed' | 'profile' | 'token' | 'record'

/** Looks an identity up; `null` if it is bound to nobody and nobody has its email. `createIdentityResolution` acts on the result. */
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
    // Checked first: a removal was somebody's decision, which no token overrides.
    if (await usersStore.isRemoved(id, identity)) return 'removed'
    return obstacleToLinking(profile, identity) ?? (await isVouchedFor(db, id, email, identity) ? null : 'record')
  }
}

/** Whether the token's email is the user's. */
export function emailsAgree (identity: Identity, { user }: ResolvedUser): boolean {
  // Most tokens contain it as stored, which saves normalizing it for every request.
  return identity.email === user.email || normalizeEmail(identity.email) === user.email
}

/**
 * Whether the token's email and its verification are already stored with the identity, as far as they matter. An email that was
 * verified once stays verified; a later unverified token takes nothing away.
 */
export function isNoted (identity: Identity, { user, noted }: BoundUser): boolean {
  // If another email is stored, it is from before the two emails matched.
  return noted.email === user.email && (noted.emailVerified === true || identity.emailVerified !== true)
}

interface ResolutionParts extends LookUpParts {
  /** `null` if the app has none. */
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
        // Stored so that an operator can find such users.
        await note(standing.bound, identity)
        if (!standing.follows) throw new AUTH_PROFILES_ERR_EMAIL_MISMATCH()
        return await followEmail(standing.bound, identity)
      case 'same_email':
        // Another request of the same person may have signed up between the two queries.
        if (!standing.links) return (await findByIdentity(identity) ?? notLinked(standing.user, identity, standing.obstacle)).answer
        await link(standing.user, identity)
        return (await findByIdentity(identity) ?? fail()).answer
    }
  }

  /** Stores the email of the token if it is not stored yet. The check avoids a write for every refused request. */
  async function note ({ user, noted }: BoundUser, identity: Identity): Promise<void> {
    if (noted.email === normalizeEmail(identity.email) && noted.emailVerified === identity.emailVerified) return
    await usersStore.noteEmail(user.id, identity, identity.email)
  }

  /** Checks again, while the user is locked, whether its email is vouched for and whether the identity was removed. Both may have changed. */
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

  /** Recorded as made by the user, whose token caused it. */
  async function audit (transaction: Transaction<Tables>, { id, email }: User, before: AuditedRecord, after: AuditedRecord): Promise<void> {
    await auditLog()?.record(transaction, { principal: { kind: 'user', userId: id, email, roles: [] }, action: 'update', table: 'Users', recordId: id, before, after })
  }

  async function followEmail ({ user, principal }: ResolvedUser, identity: Identity): Promise<ResolvedUser> {
    try {
      const updated = await usersStore.update(user.id, { email: identity.email }, {
        inTransaction: async (transaction, { before, after }) => {
          // Somebody who was locked out meanwhile must not be able to change the user's email to theirs.
          if (!await isBound(transaction, user.id, identity)) throw new AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED()
          await audit(transaction, user, { ...before }, { ...after })
        }
      })
      return resolvedUser(updated, principal.roles)
    } catch (error) {
      // Another user has the new email. A person must decide between the two users.
      if ((error as { code?: string }).code === 'USERS_STORE_ERR_EMAIL_TAKEN') throw new AUTH_PROFILES_ERR_EMAIL_MISMATCH()
      throw error
    }
  }
}

/** Whether an identity is bound to a user that the transaction has locked. */
async function isBound (transaction: Transaction<Tables>, userId: string, { issuer, subject }: Identity): Promise<boolean> {
  const row = await transaction.withoutPlugins().selectFrom('latchkey_user_identities').select('user_id')
    .where('issuer', '=', issuer).where('subject', '=', subject).where('user_id', '=', userId).executeTakeFirst()
  return row !== undefined
}

/** Milliseconds until the same warning is logged again: a client that keeps asking would fill the log. */
const WARNED_AGAIN_MS = 10 * 60_000
const MAX_WARNED = 1000

const RECORD_HINT = 'None of the identities of that user was last seen with this email, verified. If it is the same person, they should sign in as before and link this account (userIdentityLink), or confirm this email at that provider and sign in once. If it is somebody else, an administrator should remove the linked accounts of that person from the user, or delete the user and create it again. See docs/operations.md, "A user has the email already".'

/** The user was deleted between the binding and the query. */
function fail (): never {
  throw new AUTH_PROFILES_ERR_USER_NOT_FOUND()
}
