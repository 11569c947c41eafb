import type { Tables } from '@latchkey/database'
import type { Kysely } from 'kysely'
import type {} from './tables.js'

/** A user whose record has another email than the last token that one of its identities came with. */
export interface EmailMismatch {
  readonly userId: string
  /** That of the record. */
  readonly userEmail: string
  readonly issuer: string
  readonly subject: string
  /** That of the token. */
  readonly email: string
  /** What the issuer said of it; `null` where it did not say. */
  readonly emailVerified: boolean | null
}

/** The users whose provider has another email of them than their record, by the email of the record. */
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
