import type { Tables } from '@latchkey/database'
import type { Kysely } from 'kysely'

/**
 * Whether a user has an identity left that lets them sign in: its issuer belongs to a profile, and it was last seen with the
 * user's email. Tokens of other identities are refused.
 *
 * @param db a transaction that has locked the user, or the app's database
 */
export type CanSignIn = (db: Kysely<Tables>, userId: string) => Promise<boolean>

/** @param isTrusted whether some profile has this issuer */
export function createCanSignIn (isTrusted: (issuer: string) => boolean): CanSignIn {
  return async (db, userId) => {
    // The app's Kysely plugins, such as CamelCasePlugin, would rename the columns of the rows.
    const rows = await db.withoutPlugins().selectFrom('latchkey_user_identities as identity')
      .innerJoin('latchkey_users as user', 'user.id', 'identity.user_id')
      .select('identity.issuer')
      .where('user.id', '=', userId).whereRef('identity.email', '=', 'user.email')
      .execute()
    return rows.some(({ issuer }) => isTrusted(issuer))
  }
}
