import type { AuthProfiles } from '@latchkey/auth-profiles'
import type { Tables } from '@latchkey/database'
import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import type { Kysely } from 'kysely'
import { readsInFull } from './full-reading.js'
import { batched } from './lists/batched.js'

/** A way in which a user signs in, as somebody may see it. */
export interface VisibleIdentity {
  readonly issuer: string
  readonly subject: string
  /** Of the last token that was seen of it. */
  readonly email: string
  /** `null` where the issuer did not say. */
  readonly emailVerified: boolean | null
  /** Of the one profile that has its issuer; `null` where several have it or none, and for who may not know. */
  readonly profileId: string | null
  readonly profileName: string | null
  readonly createdAt: string
  /** Whether its email is another one than that of the record. */
  readonly emailDiffers: boolean
}

interface Services {
  readonly db: Kysely<Tables>
  readonly authProfiles: AuthProfiles
  readonly rolePermissions: RolePermissionsService
}

/** Gives by what a user signs in, or signed in, as a principal may see it. */
export type IdentitiesOf = (principal: Principal, userId: string) => Promise<readonly VisibleIdentity[] | undefined>

/**
 * The identities of users, oldest first: those that are bound, and those that were removed; asked for once for all users of a list. Who may know them is for
 * others to decide.
 */
export function createIdentitiesOf (services: Services): { readonly bound: IdentitiesOf, readonly removed: IdentitiesOf } {
  return { bound: identitiesIn('latchkey_user_identities', services), removed: identitiesIn('latchkey_removed_identities', services) }
}

function identitiesIn (table: 'latchkey_user_identities' | 'latchkey_removed_identities', { db: database, authProfiles, rolePermissions }: Services): IdentitiesOf {
  // A CamelCasePlugin of the app's would rename the columns of the rows.
  const db = database.withoutPlugins()
  return batched<readonly VisibleIdentity[]>(async (principal, userIds) => {
    // The same is read of both, which Kysely's types do not say of a union.
    const rows = await db.selectFrom(`${table as 'latchkey_user_identities'} as identity`)
      .innerJoin('latchkey_users as user', 'user.id', 'identity.user_id')
      .select(['identity.user_id', 'identity.issuer', 'identity.subject', 'identity.email', 'identity.email_verified', 'identity.created_at', 'user.email as user_email'])
      .where('identity.user_id', 'in', userIds)
      .orderBy('identity.created_at').orderBy('identity.issuer').orderBy('identity.subject')
      .execute()
    const mayKnow = (field: string, userId: string): boolean =>
      // Everybody knows by which profile they have signed in.
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
