import type { Tables } from '@latchkey/database'
import type { NewUser, UserIdentity } from '@latchkey/users-store'
import type { Kysely } from 'kysely'

/** What somebody said of themselves when they signed up with a password. */
export interface PendingSignUp {
  readonly profileId: string
  readonly user: Omit<NewUser, 'email'>
  /** Beside the profile's. */
  readonly roleIds: readonly string[]
}

/** Sign-ups of accounts that have not shown a token yet. */
export interface PendingSignUps {
  keep (identity: UserIdentity, signUp: PendingSignUp): Promise<void>
  find (identity: UserIdentity): Promise<PendingSignUp | null>
  remove (identity: UserIdentity): Promise<void>
}

/** Who has not come back by then signs up by the token, as anybody does. */
const MAX_AGE_MS = 30 * 24 * 60 * 60_000

export function createPendingSignUps (database: Kysely<Tables>): PendingSignUps {
  // A CamelCasePlugin of the app's, for example, would rename the columns of the rows.
  const db = database.withoutPlugins()
  return {
    async keep ({ issuer, subject }, { profileId, user, roleIds }) {
      const row = { profile_id: profileId, user: JSON.stringify(user), role_ids: JSON.stringify(roleIds), created_at: new Date().toISOString() }
      await db.deleteFrom('latchkey_pending_sign_ups').where('created_at', '<', new Date(Date.now() - MAX_AGE_MS).toISOString()).execute()
      await db.insertInto('latchkey_pending_sign_ups').values({ issuer, subject, ...row })
        .onConflict(conflict => conflict.columns(['issuer', 'subject']).doUpdateSet(row)).execute()
    },
    async find ({ issuer, subject }) {
      const row = await db.selectFrom('latchkey_pending_sign_ups').selectAll().where('issuer', '=', issuer).where('subject', '=', subject).executeTakeFirst()
      return row === undefined ? null : { profileId: row.profile_id, user: JSON.parse(row.user) as PendingSignUp['user'], roleIds: JSON.parse(row.role_ids) as string[] }
    },
    async remove ({ issuer, subject }) {
      await db.deleteFrom('latchkey_pending_sign_ups').where('issuer', '=', issuer).where('subject', '=', subject).execute()
    }
  }
}
