import type { AuditedRecord, AuditLog } from '@latchkey/audit-log'
import type { Tables } from '@latchkey/database'
import type { Identity } from '@latchkey/token-verifier'
import { normalizeEmail, type User, type UsersStore } from '@latchkey/users-store'
import type { Transaction } from 'kysely'
import type { ResolvedUser } from './auth-profiles.js'
import { AUTH_PROFILES_ERR_EMAIL_MISMATCH, AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED, AUTH_PROFILES_ERR_USER_NOT_FOUND } from './errors.js'
import { resolvedUser, type BoundUser, type FindByIdentity } from './principal-query.js'
import type { AuthenticationProfile } from './profile.js'
import { mayLinkByEmail } from './sign-up-policy.js'

export interface IdentityResolution {
  /**
   * The user that an identity belongs to:
   * 1. the one it is bound to, whose email must agree with the token's;
   * 2. else the one that has its email, which it is then bound to, if the email is proven and the profile allows it;
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
  /** It is bound to nobody, and this user has its email; `links`: it is to be bound to that user. */
  | { readonly kind: 'same_email', readonly user: User, readonly links: boolean }

/** Tells where identities stand, `null` for one that is bound to nobody and whose email nobody has: what `createIdentityResolution` acts on. */
export type IdentityLookUp = (identity: Identity, profile: AuthenticationProfile) => Promise<Standing | null>

export function createIdentityLookUp (findByIdentity: FindByIdentity, usersStore: Pick<UsersStore, 'findByEmail'>): IdentityLookUp {
  return async (identity, profile) => {
    const bound = await findByIdentity(identity)
    if (bound === null) {
      const user = await usersStore.findByEmail(identity.email)
      return user === null ? null : { kind: 'same_email', user, links: mayLinkByEmail(profile, identity) }
    }
    if (emailsAgree(identity, bound)) return { kind: 'bound', bound }
    return { kind: 'email_differs', bound, follows: profile.onEmailChange === 'update' && identity.emailVerified === true }
  }
}

/** Whether the token's email is the record's. */
export function emailsAgree (identity: Identity, { user }: ResolvedUser): boolean {
  // Most tokens carry it as it is stored, which saves normalising it at every request.
  return identity.email === user.email || normalizeEmail(identity.email) === user.email
}

/** @param auditLog gives `null` where the app has none */
export function createIdentityResolution (findByIdentity: FindByIdentity, usersStore: UsersStore, auditLog: () => AuditLog | null): IdentityResolution {
  const lookUp = createIdentityLookUp(findByIdentity, usersStore)
  return async (identity, profile) => {
    const standing = await lookUp(identity, profile)
    if (standing === null) throw new AUTH_PROFILES_ERR_USER_NOT_FOUND()
    switch (standing.kind) {
      case 'bound':
        // What was noted is of a time before the two came to agree.
        if (standing.bound.noted.email !== standing.bound.user.email) await note(standing.bound, identity)
        return standing.bound.answer
      case 'email_differs':
        // An operator who looks for such users finds them by it.
        await note(standing.bound, identity)
        if (!standing.follows) throw new AUTH_PROFILES_ERR_EMAIL_MISMATCH()
        return await followEmail(standing.bound, identity)
      case 'same_email':
        // Another request of the same person may have signed up between the two looks.
        if (!standing.links) return (await findByIdentity(identity) ?? notLinked()).answer
        await link(standing.user, identity)
        return (await findByIdentity(identity) ?? fail()).answer
    }
  }

  /** Notes the email of the token, where it is not the one that is noted: whoever is refused may come again and again. */
  async function note ({ user, noted }: BoundUser, identity: Identity): Promise<void> {
    if (noted.email === normalizeEmail(identity.email) && noted.emailVerified === identity.emailVerified) return
    await usersStore.bindIdentity(user.id, identity, identity.email)
  }

  async function link (user: User, identity: Identity): Promise<void> {
    await usersStore.bindIdentity(user.id, identity, identity.email, {
      inTransaction: async (transaction, { before, after }) => { await audit(transaction, user, { identities: before }, { identities: after }) }
    })
  }

  /** Whose token it is does it themselves. */
  async function audit (transaction: Transaction<Tables>, { id, email }: User, before: AuditedRecord, after: AuditedRecord): Promise<void> {
    await auditLog()?.record(transaction, { principal: { kind: 'user', userId: id, email, roles: [] }, action: 'update', table: 'Users', recordId: id, before, after })
  }

  async function followEmail ({ user, principal }: ResolvedUser, identity: Identity): Promise<ResolvedUser> {
    try {
      const updated = await usersStore.update(user.id, { email: identity.email }, {
        inTransaction: async (transaction, { before, after }) => { await audit(transaction, user, { ...before }, { ...after }) }
      })
      return resolvedUser(updated, principal.roles)
    } catch (error) {
      // The new address is another user's: the two records are for a person to sort out.
      if ((error as { code?: string }).code === 'USERS_STORE_ERR_EMAIL_TAKEN') throw new AUTH_PROFILES_ERR_EMAIL_MISMATCH()
      throw error
    }
  }
}

function notLinked (): never {
  throw new AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED()
}

/** The user was deleted between binding and reading. */
function fail (): never {
  throw new AUTH_PROFILES_ERR_USER_NOT_FOUND()
}
