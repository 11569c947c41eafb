import type { Identity } from '@latchkey/token-verifier'
import { normalizeEmail, type User, type UsersStore } from '@latchkey/users-store'
import { AUTH_PROFILES_ERR_EMAIL_MISMATCH, AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED, AUTH_PROFILES_ERR_USER_NOT_FOUND } from './errors.js'
import type { FindByIdentity, UserWithRoles } from './principal-query.js'
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
  (identity: Identity, profile: AuthenticationProfile): Promise<UserWithRoles>
}

export function createIdentityResolution (findByIdentity: FindByIdentity, usersStore: UsersStore): IdentityResolution {
  return async (identity, profile) => {
    const bound = await findByIdentity(identity)
    if (bound !== null) return await agreeOnEmail(bound, identity, profile)

    const sameEmail = await usersStore.findByEmail(identity.email)
    if (sameEmail === null) throw new AUTH_PROFILES_ERR_USER_NOT_FOUND()
    // Another request of the same person may have signed up between the two looks.
    if (!mayLinkByEmail(profile, identity)) return await findByIdentity(identity) ?? notLinked()
    await usersStore.bindIdentity(sameEmail.id, identity, identity.email)
    return await findByIdentity(identity) ?? fail()
  }

  async function agreeOnEmail (bound: UserWithRoles, identity: Identity, profile: AuthenticationProfile): Promise<UserWithRoles> {
    // Most tokens carry the email as it is stored, which saves normalising it at every request.
    if (identity.email === bound.user.email || normalizeEmail(identity.email) === bound.user.email) return bound
    if (profile.onEmailChange !== 'update' || identity.emailVerified !== true) throw new AUTH_PROFILES_ERR_EMAIL_MISMATCH()
    return { ...bound, user: await followEmail(bound.user, identity) }
  }

  async function followEmail (user: User, identity: Identity): Promise<User> {
    try {
      return await usersStore.update(user.id, { email: identity.email })
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
