import type { Tables } from '@latchkey/database'
import type { UserIdentity } from '@latchkey/users-store'
import type { Kysely } from 'kysely'

/**
 * Whether somebody has vouched for the email of a user's record, so that who proves that they own it may be given the record. Otherwise
 * the owner of an address would come to share a record with whoever signed up with it before, unproven.
 *
 * Nobody signs in as a user without identities: an administrator made the record, for the owner of its email. Of others one identity
 * must have come last with that very email, verified by its issuer or trusted by the operator. Where an administrator changed the email
 * nothing vouches: what is noted looks the same as where whoever signed up unproven has changed the email of their account.
 *
 * @param db a transaction that holds the user, or the app's database
 * @param email normalised; `false` where the record has another one by now
 * @param applicant who is to be bound, and cannot vouch for themselves
 */
export type IsVouchedFor = (db: Kysely<Tables>, userId: string, email: string, applicant: UserIdentity) => Promise<boolean>

/** @param trusts whether the operator trusts the emails of an issuer, whatever it says of them */
export function createIsVouchedFor (trusts: (issuer: string) => boolean): IsVouchedFor {
  return async (db, userId, email, applicant) => {
    // A CamelCasePlugin of the app's, for example, would rename the columns of the rows.
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
