import type { ActivityLog } from '@latchkey/activity-log'
import type { ApiTokens } from '@latchkey/api-tokens'
import type { AuditLog } from '@latchkey/audit-log'
import { seenChanges, type Tables } from '@latchkey/database'
import type { RolePermissionsService } from '@latchkey/role-permissions'
import type { Identity } from '@latchkey/token-verifier'
import { normalizeEmail, type UsersStore } from '@latchkey/users-store'
import type { FastifyBaseLogger } from 'fastify'
import type { Kysely } from 'kysely'
import type { AuthProfiles, ResolvedUser, Unknown } from './auth-profiles.js'
import type { CurrentProfiles } from './current-profiles.js'
import { AUTH_PROFILES_ERR_USER_NOT_FOUND } from './errors.js'
import { createLinkIdentity } from './identity-linking.js'
import { createIdentityLookUp, createIdentityResolution, emailsAgree, isNoted } from './identity-resolution.js'
import type { OpenedProfile } from './open-profiles.js'
import { createPasswordSignUp } from './password-sign-up.js'
import { createPendingSignUps } from './pending-sign-ups.js'
import { prepareFindByIdentity, tablesOfUsers } from './principal-query.js'
import type { AuthenticationProfile } from './profile.js'
import { createKeepPromise } from './promised-roles.js'
import { createReadings } from './readings.js'
import { rememberUsers } from './remembered-users.js'
import { noteSignIns } from './sign-in-notes.js'
import { createSignUp } from './sign-up.js'
import { admit } from './sign-up-policy.js'
import { createSignUpRoles } from './sign-up-roles.js'
import { createIsVouchedFor } from './vouched-records.js'
import { createCanSignIn } from './ways-in.js'

/** Which user an identity belongs to, and how it becomes one. */
export type IdentityUsers = Pick<AuthProfiles, 'resolve' | 'known' | 'lookUp' | 'link' | 'canSignIn' | 'signUp' | 'signUpWithPassword'>

interface IdentityUsersParts {
  readonly current: CurrentProfiles
  readonly db: Kysely<Tables>
  readonly usersStore: UsersStore
  readonly rolePermissions: RolePermissionsService
  /** Normalized. */
  readonly administratorEmail: string | undefined
  /** `null` if the app has none, as for the other two. */
  readonly apiTokens: () => ApiTokens | null
  readonly auditLog: () => AuditLog | null
  readonly activityLog: () => ActivityLog | null
  readonly log: FastifyBaseLogger
}

export function createIdentityUsers (parts: IdentityUsersParts): IdentityUsers {
  const { current, db, usersStore, rolePermissions, administratorEmail, activityLog } = parts
  const remembered = rememberUsers(prepareFindByIdentity(db, usersStore.columns), createReadings(seenChanges(db, tablesOfUsers)))
  const resolution = { ...parts, findByIdentity: remembered.find, isVouchedFor: createIsVouchedFor(trustsEmailsOf) }
  const lookUpIdentity = createIdentityLookUp(resolution)
  const resolveIdentity = createIdentityResolution(resolution)
  const linkIdentity = createLinkIdentity(parts)
  const canSignIn = createCanSignIn(issuer => profilesOf(issuer).length > 0)
  const signUp = createSignUp({ ...parts, resolveIdentity, rolesFor: createSignUpRoles(rolePermissions) })
  const pending = createPendingSignUps(db)
  const passwordSignUp = createPasswordSignUp({ ...parts, pending, keepPromise: createKeepPromise(parts), signUp })
  const signIns = noteSignIns(activityLog, remembered)

  const users: IdentityUsers = {
    resolve: async (identity, origin) => {
      await refreshAll()
      const { profile } = current.require(identity.profileId)
      const known = knownUser(identity)
      if (known !== undefined) return known
      const resolved = await resolveOrComplete(identity, profile)
      signIns.note(identity, resolved.user.id, origin)
      return resolved
    },
    known: identity => refreshAll() === undefined && current.get(identity.profileId) !== undefined ? knownUser(identity) : undefined,
    lookUp: async identity => {
      const { profile } = current.require(identity.profileId)
      return await lookUpIdentity(identity, profile) ?? await unknown(identity, profile)
    },
    link: async (identity, own, origin) => {
      const resolved = await users.resolve(own, origin)
      current.require(identity.profileId)
      await linkIdentity(identity, own, resolved)
      return resolved
    },
    canSignIn: async (userId, transaction) => await canSignIn(transaction ?? db, userId),
    signUp: async (identity, { user, authProfileId }, origin) => {
      await refreshAll()
      const { profile } = profileOrFirst(authProfileId)
      const signedUp = await signUp(identity, profile, user, await passwordSignUp.promised(identity, profile))
      await pending.remove({ ...identity, email: signedUp.user.email })
      signIns.note(identity, signedUp.user.id, origin)
      return signedUp
    },
    signUpWithPassword: async ({ authProfileId, ...request }) => {
      await refreshAll()
      await passwordSignUp.begin(profileOrFirst(authProfileId), request)
    }
  }

  /** Refreshes both concurrently. Neither fails. */
  function refreshAll (): Promise<unknown> | undefined {
    const roles = rolePermissions.refresh()
    const profiles = current.refresh()
    if (roles !== undefined || profiles !== undefined) return Promise.all([roles, profiles])
  }

  /** The cached user, if nothing has to be stored or reported for this token. */
  function knownUser (identity: Identity): ResolvedUser | undefined {
    const user = remembered.get(identity)
    return user !== undefined && emailsAgree(identity, user.bound) && isNoted(identity, user.bound) && signIns.has(identity, user) ? user.bound.answer : undefined
  }

  /** The first token of an account that signed up with a password creates its user. */
  async function resolveOrComplete (identity: Identity, profile: AuthenticationProfile): Promise<ResolvedUser> {
    try {
      return await resolveIdentity(identity, profile)
    } catch (error) {
      if (!(error instanceof AUTH_PROFILES_ERR_USER_NOT_FOUND)) throw error
      // If no sign-up is pending any more, another request may have created the user meanwhile.
      return await passwordSignUp.complete(identity, profile) ?? await resolveIdentity(identity, profile)
    }
  }

  async function unknown (identity: Identity, profile: AuthenticationProfile): Promise<Unknown> {
    const waiting = (await pending.find(identity))?.profileId === profile.id
    try {
      admit(profile, { email: normalizeEmail(identity.email), emailVerified: identity.emailVerified }, administratorEmail)
      return { kind: 'nobody', waiting, refusal: null }
    } catch (error) {
      return { kind: 'nobody', waiting, refusal: (error as Error).message }
    }
  }

  function profileOrFirst (id: string | null | undefined): OpenedProfile {
    return id == null ? current.all[0] as OpenedProfile : current.require(id)
  }

  function profilesOf (issuer: string): readonly OpenedProfile[] {
    return current.all.filter(({ profile }) => profile.issuer === issuer)
  }

  /** An identity has an issuer but no profile, so all profiles of the issuer must trust its emails. */
  function trustsEmailsOf (issuer: string): boolean {
    const profiles = profilesOf(issuer)
    return profiles.length > 0 && profiles.every(({ profile }) => profile.linkByEmail === 'always')
  }

  return users
}
