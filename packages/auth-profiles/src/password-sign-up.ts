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
  /** Roles beside the profile's, from somebody who may give them. */
  readonly roleIds?: readonly string[]
  /** That somebody. */
  readonly givenBy?: Principal | null
  /** The client's IP address, where it is known. */
  readonly clientAddress?: string | undefined
}

/**
 * Signing up with a password, in two steps, since only the second proves anything: `begin` makes the account at the
 * provider and keeps what was said of the user; `complete` makes the user when a token of that account comes, by the
 * rules of every sign-up. So nothing of an unproven address is in the Users table, for its owner to fall into.
 */
export interface PasswordSignUp {
  begin (opened: OpenedProfile, request: PasswordSignUpRequest): Promise<void>
  /** Makes the user of an identity that nobody is bound to; `null` where no sign-up with a password is waiting, or the rules refuse it. */
  complete (identity: Identity, profile: AuthenticationProfile): Promise<ResolvedUser | null>
  /** The roles that were promised to who signs up as this identity. */
  promised (identity: Identity, profile: AuthenticationProfile): Promise<PromisedRoles>
}

export function createPasswordSignUp ({ usersStore, pending, keepPromise, signUp, log }: PasswordSignUpParts): PasswordSignUp {
  return {
    async begin ({ profile, provider }, { user, password, roleIds = [], givenBy = null, clientAddress }) {
      const accounts = requireCapability(provider, 'passwordSignUp')
      usersStore.check(user)
      // What the app decides by is nothing that a stranger says of themselves.
      const { email: given, status: _status, ...rest } = user
      const email = normalizeEmail(given)
      // By the policy alone: whether there is such a user must not show.
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

  /** What was said fitted the Users table of then: what it does not take any more is left out, since nobody could say it anew. */
  async function signUpAs (said: PendingSignUp['user'], identity: Identity, profile: AuthenticationProfile, promised: PromisedRoles): Promise<ResolvedUser> {
    try {
      return await signUp(identity, profile, { ...said, email: identity.email }, promised)
    } catch (error) {
      const { code, details = {} } = error as { code?: string, details?: object }
      const rest = Object.fromEntries(Object.entries(said).filter(([field]) => !Object.hasOwn(details, field)))
      const fields = Object.keys(details).filter(field => Object.hasOwn(said, field))
      if (code !== 'USERS_STORE_ERR_INVALID_USER' || fields.length === 0) throw error
      log.warn({ fields, profileId: profile.id }, 'The Users table does not take any more what was said at a sign-up with a password: the user is made without it')
      return await signUpAs(rest, identity, profile, promised)
    }
  }

  async function signUpOf (identity: Identity, profile: AuthenticationProfile): Promise<PendingSignUp | null> {
    const waiting = await latestSignUpOf(identity)
    return waiting?.profileId === profile.id ? waiting : null
  }

  /**
   * What waits for an identity. An account that took the place of the one that signed up, since somebody else had confirmed
   * the address with a password of their own, is not who said all that: of it only the token is believed.
   */
  async function latestSignUpOf (identity: Identity): Promise<PendingSignUp | null> {
    const own = await pending.find(identity)
    if (own !== null || identity.emailVerified !== true || !fits({ email: identity.email })) return own
    const replaced = await pending.findByEmail({ issuer: identity.issuer, email: normalizeEmail(identity.email) })
    return replaced === null ? null : { ...replaced, user: namesOf(identity) }
  }

  /** The names of a token (OpenID Connect Core §5.1), as far as they can be stored. */
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

/** What the rules say is told to who asks to be signed up, and not to who asks who they are. */
async function unlessRefused (signUp: () => Promise<ResolvedUser>): Promise<ResolvedUser | null> {
  try {
    return await signUp()
  } catch (error) {
    if (String((error as { code?: string }).code).startsWith('AUTH_PROFILES_ERR_')) return null
    throw error
  }
}
