import type { Tables } from '@latchkey/database'
import type { UserIdentity } from '@latchkey/users-store'
import type { Kysely } from 'kysely'

/**
 * Whether something vouches for the email of a user, so that whoever proves that they own this email may be bound to the
 * user. Otherwise the owner of an address could end up sharing a user with somebody who signed up with it before,
 * without proof.
 *
 * A user without identities is vouched for: an administrator created it for the owner of its email. Other users need an
 * identity last seen with exactly this email, verified by its issuer or trusted by the operator. If an administrator
 * changed the email, nothing vouches for it: the stored data looks the same as when a stranger who signed up without proof
 * has changed the email of their account.
 *
 * @param db a transaction that has locked the user, or the app's database
 * @param email normalized; the result is `false` if the user has another email by now
 * @param applicant the identity to be bound, which cannot vouch for itself
 */
export type IsVouchedFor = (db: Kysely<Tables>, userId: string, email: string, applicant: UserIdentity) => Promise<boolean>

/** @param trusts whether the operator trusts all emails of an issuer */
export function createIsVouchedFor (trusts: (issuer: string) => boolean): IsVouchedFor {
  return async (db, userId, email, applicant) => {
    // The app's Kysely plugins, such as CamelCasePlugin, would rename the columns of the rows.
    const rows = await db.withoutPlugins().selectFrom('latchkey_users as user')
      .leftJoin('latchkey_user_identities as identity', 'identity.user_id', 'user.id')
      .select(['identity.issuer', 'identity.subject', 'identity.email as noted', 'identity.email_verified as verified'])
      .where('user.id', '=', userId).where('user.email', '=', email)
      .execute()
    if (rows.length === 0) return false
    const others = rows.filter(({ issuer, subject }) => issuer !== null && !(issuer === applicant.issuer && subject === applicant.subject))
    return others.length === 0 || others.some(({ issuer, noted, verified }) => noted === email && (Boolean(verified) || trusts(issuer as string)))
  }
}
