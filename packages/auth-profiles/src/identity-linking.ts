import type { AuditLog } from '@latchkey/audit-log'
import type { Identity } from '@latchkey/token-verifier'
import { errors, normalizeEmail, type UsersStore } from '@latchkey/users-store'
import type { ResolvedUser } from './auth-profiles.js'
import { AUTH_PROFILES_ERR_EMAIL_MISMATCH, AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED } from './errors.js'

interface LinkingParts {
  readonly usersStore: UsersStore
  /** `null` where the app has none. */
  readonly auditLog: () => AuditLog | null
}

/**
 * Binds one more identity to a user, at the word of who has tokens of both: nothing is concluded from its email, so neither `linkByEmail` nor an
 * email that is not verified is in the way, nor that it was removed before. But its email must be the record's, or its next request would be refused.
 *
 * @param own by which that user has signed in
 * @throws USERS_STORE_ERR_IDENTITY_TAKEN, AUTH_PROFILES_ERR_EMAIL_MISMATCH
 * @throws AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED where `own` is the user's no longer
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
        // It may have been removed while this was under way: whoever was shut out must not stay by another way in.
        if (before?.some(({ issuer, subject }) => issuer === own.issuer && subject === own.subject) !== true) throw new AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED()
        await auditLog()?.record(transaction, { principal, action: 'update', table: 'Users', recordId: user.id, before: { identities: before }, after: { identities: after } })
      }
    })
  }
}
