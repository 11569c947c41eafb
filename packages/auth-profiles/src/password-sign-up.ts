import { requireCapability } from '@latchkey/identity-provider'
import type { Principal } from '@latchkey/role-permissions'
import type { Identity } from '@latchkey/token-verifier'
import { normalizeEmail, type NewUser, type UsersStore } from '@latchkey/users-store'
import type { FastifyBaseLogger } from 'fastify'
import type { ResolvedUser } from './auth-profiles.js'
import type { OpenedProfile } from './open-profiles.js'
import type { PendingSignUp, PendingSignUps } from './pending-sign-ups.js'
import type { AuthenticationProfile } from './profile.js'
import { asGiver, noRoles, type KeepPromise, type PromisedRoles } from './promised-roles.js'
import type { SignUp } from './sign-up.js'
import { assertMayAskForAccount } from './sign-up-policy.js'

interface PasswordSignUpParts {
  readonly usersStore: UsersStore
  readonly pending: PendingSignUps
  readonly keepPromise: KeepPromise
  readonly signUp: SignUp
  readonly log: FastifyBaseLogger
}

export interface PasswordSignUpRequest {
  readonly user: NewUser
  readonly password: string
  /** Roles in addition to the profile's; the caller has checked that `givenBy` may give them. */
  readonly roleIds?: readonly string[]
  /** Who gives these roles. */
  readonly givenBy?: Principal | null
  /** The client's IP address, if known. */
  readonly clientAddress?: string | undefined
}

/**
 * Signs up with a password, in two steps, because only the second step proves anything. `begin` creates the account at
 * the provider and stores the user data. `complete` creates the user when a token of that account arrives, by the rules
 * of every sign-up. This keeps unproven addresses out of the Users table, where their owners would inherit them.
 */
export interface PasswordSignUp {
  begin (opened: OpenedProfile, request: PasswordSignUpRequest): Promise<void>
  /** Creates the user of an unbound identity; `null` if no password sign-up is pending for it, or the rules refuse it. */
  complete (identity: Identity, profile: AuthenticationProfile): Promise<ResolvedUser | null>
  /** The roles that were promised to the person who signs up with this identity. */
  promised (identity: Identity, profile: AuthenticationProfile): Promise<PromisedRoles>
}

export function createPasswordSignUp ({ usersStore, pending, keepPromise, signUp, log }: PasswordSignUpParts): PasswordSignUp {
  return {
    async begin ({ profile, provider }, { user, password, roleIds = [], givenBy = null, clientAddress }) {
      const accounts = requireCapability(provider, 'passwordSignUp')
      usersStore.check(user)
      // The app may base decisions on the status, so strangers must not set it.
      const { email: given, status: _status, ...rest } = user
      const email = normalizeEmail(given)
      // Decided by the policy alone, so that it does not reveal whether the user exists.
      assertMayAskForAccount(profile, email)
      const { firstName = null, lastName = null } = user
      const { subject } = await accounts.signUpWithPassword({ email, password, firstName, lastName, clientAddress })
      await pending.keep({ issuer: provider.issuer.issuer, subject, email }, { profileId: profile.id, user: rest, roleIds, givenBy: givenBy && asGiver(givenBy) })
    },

    async complete (identity, profile) {
      const waiting = await signUpOf(identity, profile)
      if (waiting === null) return null
      const promised = await keepPromise(waiting)
      const made = await unlessRefused(async () => await signUpAs(waiting.user, identity, profile, promised))
      if (made !== null) await pending.remove({ ...identity, email: made.user.email })
      return made
    },

    promised: async (identity, profile) => {
      const waiting = await signUpOf(identity, profile)
      return waiting === null ? noRoles : await keepPromise(waiting)
    }
  }

  /** The data was valid at sign-up. Fields that the Users table no longer accepts are dropped, because nobody could correct them now. */
  async function signUpAs (said: PendingSignUp['user'], identity: Identity, profile: AuthenticationProfile, promised: PromisedRoles): Promise<ResolvedUser> {
    try {
      return await signUp(identity, profile, { ...said, email: identity.email }, promised)
    } catch (error) {
      const { code, details = {} } = error as { code?: string, details?: object }
      const rest = Object.fromEntries(Object.entries(said).filter(([field]) => !Object.hasOwn(details, field)))
      const fields = Object.keys(details).filter(field => Object.hasOwn(said, field))
      if (code !== 'USERS_STORE_ERR_INVALID_USER' || fields.length === 0) throw error
      log.warn({ fields, profileId: profile.id }, 'The Users table no longer accepts some fields of a password sign-up. The user is created without them.')
      return await signUpAs(rest, identity, profile, promised)
    }
  }

  async function signUpOf (identity: Identity, profile: AuthenticationProfile): Promise<PendingSignUp | null> {
    const waiting = await latestSignUpOf(identity)
    return waiting?.profileId === profile.id ? waiting : null
  }

  /**
   * The pending sign-up for an identity. If another account has replaced the one that signed up, because somebody else
   * confirmed the address with their own password, the submitted data is not theirs: only their token is trusted.
   */
  async function latestSignUpOf (identity: Identity): Promise<PendingSignUp | null> {
    const own = await pending.find(identity)
    if (own !== null || identity.emailVerified !== true || !fits({ email: identity.email })) return own
    const replaced = await pending.findByEmail({ issuer: identity.issuer, email: normalizeEmail(identity.email) })
    return replaced === null ? null : { ...replaced, user: namesOf(identity) }
  }

  /** The names in a token (OpenID Connect Core §5.1), if they are valid. */
  function namesOf ({ email, claims }: Identity): PendingSignUp['user'] {
    const names = Object.entries({ firstName: claims.given_name, lastName: claims.family_name })
    return Object.fromEntries(names.filter(([name, value]) => typeof value === 'string' && fits({ email, [name]: value })))
  }

  function fits (user: NewUser): boolean {
    try {
      usersStore.check(user)
      return true
    } catch {
      return false
    }
  }
}

/** A refusal is reported only to somebody who asked to sign up, not to somebody who only sent a token. */
async function unlessRefused (signUp: () => Promise<ResolvedUser>): Promise<ResolvedUser | null> {
  try {
    return await signUp()
  } catch (error) {
    if (String((error as { code?: string }).code).startsWith('AUTH_PROFILES_ERR_')) return null
    throw error
  }
}
