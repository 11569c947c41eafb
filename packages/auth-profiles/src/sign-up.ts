import type { ActivityLog } from '@latchkey/activity-log'
import type { AuditLog } from '@latchkey/audit-log'
import type { Tables } from '@latchkey/database'
import type { RolePermissionsService } from '@latchkey/role-permissions'
import type { Identity } from '@latchkey/token-verifier'
import { normalizeEmail, type NewUser, type User, type UsersStore } from '@latchkey/users-store'
import type { FastifyBaseLogger } from 'fastify'
import type { Transaction } from 'kysely'
import type { ResolvedUser } from './auth-profiles.js'
import { AUTH_PROFILES_ERR_EMAIL_TAKEN, AUTH_PROFILES_ERR_FOREIGN_EMAIL, AUTH_PROFILES_ERR_PROFILE_MISMATCH } from './errors.js'
import type { IdentityResolution } from './identity-resolution.js'
import { resolvedUser } from './principal-query.js'
import type { AuthenticationProfile } from './profile.js'
import type { PromisedRoles } from './promised-roles.js'
import { admit } from './sign-up-policy.js'
import type { SignUpRoles } from './sign-up-roles.js'

interface SignUpParts {
  readonly usersStore: UsersStore
  readonly rolePermissions: RolePermissionsService
  readonly resolveIdentity: IdentityResolution
  readonly rolesFor: SignUpRoles
  /** Normalized. */
  readonly administratorEmail: string | undefined
  /** `null` if the app has none. */
  readonly auditLog: () => AuditLog | null
  /** `null` if the app has none. */
  readonly activityLog: () => ActivityLog | null
  readonly log: FastifyBaseLogger
}

/**
 * Signs an identity up with a profile. Returns its user, whether new or existing.
 *
 * @param promised the roles that a new user gets in addition to the profile's
 */
export type SignUp = (identity: Identity, profile: AuthenticationProfile, user: NewUser, promised: PromisedRoles) => Promise<ResolvedUser>

export function createSignUp ({ usersStore, rolePermissions, resolveIdentity, rolesFor, administratorEmail, auditLog, activityLog, log }: SignUpParts): SignUp {
  return async (identity, profile, user, promised) => {
    if (identity.profileId !== profile.id) throw new AUTH_PROFILES_ERR_PROFILE_MISMATCH(identity.profileId, profile.id)
    const email = normalizeEmail(identity.email)
    if (normalizeEmail(user.email) !== email) throw new AUTH_PROFILES_ERR_FOREIGN_EMAIL()

    const existing = await existingUser(identity, profile)
    if (existing !== null) return existing

    const becomesAdministrator = admit(profile, { email, emailVerified: identity.emailVerified }, administratorEmail)
    const ofProfile = (): readonly string[] => becomesAdministrator ? [rolePermissions.administrator().id] : rolesFor(profile)
    return await create(identity, profile, { ...user, email, origin: profile.id }, ofProfile, promised)
  }

  async function create (identity: Identity, profile: AuthenticationProfile, user: NewUser, ofProfile: () => readonly string[], promised: PromisedRoles): Promise<ResolvedUser> {
    const roleIds = [...new Set([...ofProfile(), ...promised.roleIds.filter(exists)])]
    const withheld = promised.withheld.filter(id => !roleIds.includes(id))
    try {
      const created = await usersStore.create(user, {
        identity,
        inTransaction: async (transaction, made) => {
          await rolePermissions.assign(made.id, roleIds, transaction)
          await note(transaction, made, roleIds, withheld)
        }
      })
      activityLog()?.signedUp({ profileId: profile.id })
      if (withheld.length > 0) log.warn({ userId: created.id, givenBy: promised.givenBy, roles: namesOf(withheld) }, 'A new user does not get some of the promised roles, because whoever promised them may no longer give them. Assign the roles if the user should have them.')
      return resolvedUser(created, roleIds)
    } catch (error) {
      const { code } = error as { code?: string }
      if (code === 'ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND') {
        await rolePermissions.catchUp()
        // Lost a race against the deletion of a role: signed up a moment later, the user would not get it either.
        if (!roleIds.every(exists)) return await create(identity, profile, user, ofProfile, promised)
      }
      // Lost a race: against the same person in another request, or somebody else with this email.
      if (code !== 'USERS_STORE_ERR_EMAIL_TAKEN' && code !== 'USERS_STORE_ERR_IDENTITY_TAKEN') throw error
      return await existingUser(identity, profile) ?? taken()
    }
  }

  function exists (roleId: string): boolean {
    return rolePermissions.find({ id: roleId }) !== null
  }

  /** Recorded as made by the new user. */
  async function note (transaction: Transaction<Tables>, user: User, roleIds: readonly string[], withheld: readonly string[]): Promise<void> {
    await auditLog()?.record(transaction, {
      principal: { kind: 'user', userId: user.id, email: user.email, roles: roleIds },
      action: 'signUp',
      table: 'Users',
      recordId: user.id,
      before: null,
      after: { ...user, roles: namesOf(roleIds), ...withheld.length > 0 && { rolesNotGiven: namesOf(withheld) } }
    })
  }

  function namesOf (roleIds: readonly string[]): string[] {
    return roleIds.map(id => rolePermissions.find({ id })?.name ?? id)
  }

  /** @throws AUTH_PROFILES_ERR_EMAIL_TAKEN if a user has the email and the identity cannot be bound to it */
  async function existingUser (identity: Identity, profile: AuthenticationProfile): Promise<ResolvedUser | null> {
    try {
      return await resolveIdentity(identity, profile)
    } catch (error) {
      const { code } = error as { code?: string }
      if (code === 'AUTH_PROFILES_ERR_USER_NOT_FOUND') return null
      if (code === 'AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED') taken()
      throw error
    }
  }
}

function taken (): never {
  throw new AUTH_PROFILES_ERR_EMAIL_TAKEN()
}
