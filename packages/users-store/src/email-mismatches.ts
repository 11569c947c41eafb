import type { Tables } from '@latchkey/database'
import type { Kysely } from 'kysely'
import type {} from './tables.js'

/** A user whose email differs from the email in the latest token of one of its identities. */
export interface EmailMismatch {
  readonly userId: string
  /** The email of the record. */
  readonly userEmail: string
  readonly issuer: string
  readonly subject: string
  /** The email of the token. */
  readonly email: string
  /** Whether the issuer says that the email is verified; `null` if it does not say. */
  readonly emailVerified: boolean | null
}

/** The users whose provider and record have different emails, ordered by the email of the record. */
export async function emailMismatches (db: Kysely<Tables>): Promise<EmailMismatch[]> {
  const rows = await db.withoutPlugins().selectFrom('latchkey_user_identities as identity')
    .innerJoin('latchkey_users as user', 'user.id', 'identity.user_id')
    .select(['user.id', 'user.email as user_email', 'identity.issuer', 'identity.subject', 'identity.email', 'identity.email_verified'])
    .whereRef('identity.email', '!=', 'user.email')
    .orderBy('user.email').orderBy('identity.issuer').orderBy('identity.subject')
    .execute()
  return rows.map(({ id, user_email: userEmail, issuer, subject, email, email_verified: verified }) => (
    { userId: id, userEmail, issuer, subject, email, emailVerified: verified === null ? null : Boolean(verified) }
  ))
}
