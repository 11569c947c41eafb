import { requireCapability } from '@latchkey/identity-provider'
import type { RolePermissionsService } from '@latchkey/role-permissions'
import { normalizeEmail, type NewUser, type User, type UsersStore } from '@latchkey/users-store'
import type { OpenedProfile } from './open-profiles.js'
import { assertMayAskForAccount } from './sign-up-policy.js'
import type { SignUpRoles } from './sign-up-roles.js'

interface PasswordSignUpParts {
  readonly usersStore: UsersStore
  readonly rolePermissions: RolePermissionsService
  readonly rolesFor: SignUpRoles
  /** Normalised. */
  readonly administratorEmail: string | undefined
}

export interface PasswordSignUpRequest {
  readonly user: NewUser
  readonly password: string
  /** The client's IP address, where it is known. */
  readonly clientAddress?: string | undefined
}

/** Makes an account at the profile's provider, and the user that its first sign-in will find, or gives `null` where that is done without it. */
export type PasswordSignUp = (opened: OpenedProfile, request: PasswordSignUpRequest) => Promise<User | null>

/**
 * The account is not bound to the user: nobody has proven yet that the email is theirs. The first token whose email
 * is verified binds it, as any identity is bound. So nobody who signs up with somebody else's address shares that
 * person's user, whichever provider they come by later.
 */
export function createPasswordSignUp ({ usersStore, rolePermissions, rolesFor, administratorEmail }: PasswordSignUpParts): PasswordSignUp {
  return async ({ profile, provider }, { user, password, clientAddress }) => {
    const accounts = requireCapability(provider, 'passwordSignUp')
    usersStore.check(user)
    const email = normalizeEmail(user.email)
    const existing = await usersStore.findByEmail(email)
    const mayComeLater = existing !== null || email === administratorEmail
    if (!mayComeLater) assertMayAskForAccount(profile, email)

    const { firstName = null, lastName = null } = user
    const { subject, emailVerified } = await accounts.signUpWithPassword({ email, password, firstName, lastName, clientAddress })
    // Only a verified token makes an Administrator; and an identity that is never bound by its email would leave a user that is nobody's.
    if (mayComeLater || (profile.linkByEmail === 'never' && !emailVerified)) return null
    const identity = emailVerified ? { identity: { issuer: provider.issuer.issuer, subject } } : {}
    return await create({ ...user, email, origin: profile.id }, { ...identity, roleIds: rolesFor(profile) })
  }

  async function create (user: NewUser, { roleIds, ...options }: { roleIds: readonly string[], identity?: { issuer: string, subject: string } }): Promise<User | null> {
    try {
      return await usersStore.create(user, {
        ...options,
        inTransaction: async (transaction, { id }) => { await rolePermissions.assign(id, roleIds, transaction) }
      })
    } catch (error) {
      // Signed up meanwhile, by another provider or by an administrator.
      if ((error as { code?: string }).code === 'USERS_STORE_ERR_EMAIL_TAKEN') return null
      throw error
    }
  }
}
