import type { Tables } from '@latchkey/database'
import type { Kysely } from 'kysely'

/**
 * Whether a user has an identity left by which they can sign in: whose issuer is that of a profile, and that was last seen with the email of the record.
 * Tokens of others are refused.
 *
 * @param db a transaction that holds the user, or the app's database
 */
export type CanSignIn = (db: Kysely<Tables>, userId: string) => Promise<boolean>

/** @param isTrusted whether some profile has this issuer */
export function createCanSignIn (isTrusted: (issuer: string) => boolean): CanSignIn {
  return async (db, userId) => {
    // A CamelCasePlugin of the app's, for example, would rename the columns of the rows.
    const rows = await db.withoutPlugins().selectFrom('latchkey_user_identities as identity')
      .innerJoin('latchkey_users as user', 'user.id', 'identity.user_id')
      .select('identity.issuer')
      .where('user.id', '=', userId).whereRef('identity.email', '=', 'user.email')
      .execute()
    return rows.some(({ issuer }) => isTrusted(issuer))
  }
}
