import type { AuthProfiles } from '@latchkey/auth-profiles'
import type { Tables } from '@latchkey/database'
import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import type { Kysely } from 'kysely'
import { readsInFull } from './full-reading.js'
import { batched } from './lists/batched.js'

/** An account with which a user signs in, as a principal may see it. */
export interface VisibleIdentity {
  readonly issuer: string
  readonly subject: string
  /** The email in its latest token. */
  readonly email: string
  /** `null` if the issuer does not say. */
  readonly emailVerified: boolean | null
  /** The only profile with its issuer; `null` if there is none or more than one, or if the principal may not know it. */
  readonly profileId: string | null
  readonly profileName: string | null
  readonly createdAt: string
  /** Whether its email differs from the user's. */
  readonly emailDiffers: boolean
}

interface Services {
  readonly db: Kysely<Tables>
  readonly authProfiles: AuthProfiles
  readonly rolePermissions: RolePermissionsService
}

/** The linked, or formerly linked, accounts of a user, as a principal may see them. */
export type IdentitiesOf = (principal: Principal, userId: string) => Promise<readonly VisibleIdentity[] | undefined>

/**
 * The bound and the removed identities of users, oldest first. Batched for all users of a list. The caller decides who may
 * see them.
 */
export function createIdentitiesOf (services: Services): { readonly bound: IdentitiesOf, readonly removed: IdentitiesOf } {
  return { bound: identitiesIn('latchkey_user_identities', services), removed: identitiesIn('latchkey_removed_identities', services) }
}

function identitiesIn (table: 'latchkey_user_identities' | 'latchkey_removed_identities', { db: database, authProfiles, rolePermissions }: Services): IdentitiesOf {
  // The app's Kysely plugins, such as CamelCasePlugin, would rename the columns of the rows.
  const db = database.withoutPlugins()
  return batched<readonly VisibleIdentity[]>(async (principal, userIds) => {
    // Both tables have these columns, which Kysely's types cannot express for a union.
    const rows = await db.selectFrom(`${table as 'latchkey_user_identities'} as identity`)
      .innerJoin('latchkey_users as user', 'user.id', 'identity.user_id')
      .select(['identity.user_id', 'identity.issuer', 'identity.subject', 'identity.email', 'identity.email_verified', 'identity.created_at', 'user.email as user_email'])
      .where('identity.user_id', 'in', userIds)
      .orderBy('identity.created_at').orderBy('identity.issuer').orderBy('identity.subject')
      .execute()
    const mayKnow = (field: string, userId: string): boolean =>
      // Users may always know the profiles of their own accounts.
      (principal.kind === 'user' && principal.userId === userId) || readsInFull(rolePermissions, principal, 'AuthenticationProfiles', [field])
    const byUser = new Map<string, VisibleIdentity[]>(userIds.map(id => [id, []]))
    for (const { user_id: userId, issuer, subject, email, email_verified: verified, created_at: createdAt, user_email: userEmail } of rows) {
      const [profile, other] = authProfiles.list().filter(profile => profile.issuer === issuer)
      const its = other === undefined ? profile : undefined
      byUser.get(userId)?.push({
        issuer,
        subject,
        email,
        emailVerified: verified === null ? null : Boolean(verified),
        profileId: mayKnow('id', userId) ? its?.id ?? null : null,
        profileName: mayKnow('name', userId) ? its?.name ?? null : null,
        createdAt,
        emailDiffers: email !== userEmail
      })
    }
    return byUser
  })
}
