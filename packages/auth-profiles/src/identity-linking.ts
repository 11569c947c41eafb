import type { AuditLog } from '@latchkey/audit-log'
import type { Identity } from '@latchkey/token-verifier'
import { errors, normalizeEmail, type UsersStore } from '@latchkey/users-store'
import type { ResolvedUser } from './auth-profiles.js'
import { AUTH_PROFILES_ERR_EMAIL_MISMATCH, AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED } from './errors.js'

interface LinkingParts {
  readonly usersStore: UsersStore
  /** `null` if the app has none. */
  readonly auditLog: () => AuditLog | null
}

/**
 * Binds one more identity to a user who has presented tokens of both. The email proves nothing here, so `linkByEmail`, an
 * unverified email and an earlier removal do not prevent it. But the email must be the user's, or the next request with
 * this identity would be refused.
 *
 * @param own the identity with which the user is signed in
 * @throws USERS_STORE_ERR_IDENTITY_TAKEN, AUTH_PROFILES_ERR_EMAIL_MISMATCH
 * @throws AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED if `own` is no longer bound to the user
 */
export type LinkIdentity = (identity: Identity, own: Identity, user: ResolvedUser) => Promise<void>

export function createLinkIdentity ({ usersStore, auditLog }: LinkingParts): LinkIdentity {
  return async (identity, own, { user, principal }) => {
    const bound = await usersStore.findByIdentity(identity)
    if (bound !== null && bound.id !== user.id) throw new errors.USERS_STORE_ERR_IDENTITY_TAKEN()
    if (normalizeEmail(identity.email) !== user.email) throw new AUTH_PROFILES_ERR_EMAIL_MISMATCH()
    if (bound !== null) return
    await usersStore.bindIdentity(user.id, identity, identity.email, {
      evenIfRemoved: true,
      inTransaction: async (transaction, { before, after }) => {
        // `own` may have been removed meanwhile. Somebody who was locked out must not get back in through another identity.
        if (before?.some(({ issuer, subject }) => issuer === own.issuer && subject === own.subject) !== true) throw new AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED()
        await auditLog()?.record(transaction, { principal, action: 'update', table: 'Users', recordId: user.id, before: { identities: before }, after: { identities: after } })
      }
    })
  }
}
