import { deleteOldRegularly, type Tables } from '@latchkey/database'
import type { NewUser, UserIdentity } from '@latchkey/users-store'
import type { FastifyBaseLogger } from 'fastify'
import type { Kysely } from 'kysely'
import type { Giver } from './promised-roles.js'

/** What somebody said of themselves when they signed up with a password. */
export interface PendingSignUp {
  readonly profileId: string
  readonly user: Omit<NewUser, 'email'>
  /** Beside the profile's. */
  readonly roleIds: readonly string[]
  /** Who gave them; `null` where nobody was named. */
  readonly givenBy: Giver | null
}

/** The account that a sign-up made, and the address that it was for. */
export interface PendingAccount extends UserIdentity {
  /** Normalised. */
  readonly email: string
}

/** Sign-ups of accounts that have not shown a token yet. */
export interface PendingSignUps {
  keep (account: PendingAccount, signUp: PendingSignUp): Promise<void>
  /** What this account's sign-up said. */
  find (identity: UserIdentity): Promise<PendingSignUp | null>
  /** What the latest sign-up for an address said at an issuer, whatever has become of its account. */
  findByEmail (of: Pick<PendingAccount, 'issuer' | 'email'>): Promise<PendingSignUp | null>
  /** Forgets what was said of the account and of its address at this issuer. */
  remove (account: PendingAccount): Promise<void>
}

/** Who has not come back by then signs up by the token, as anybody does. */
const KEEP_DAYS = 30

/** Deletes sign-ups that count no more, each hour. Any number of copies of the app may do so. @returns `stop`, to be awaited before the database is closed */
export function forgetPendingSignUps (db: Kysely<Tables>, log: Pick<FastifyBaseLogger, 'warn'>): { stop (): Promise<void> } {
  return deleteOldRegularly(db.withoutPlugins(), [{ table: 'latchkey_pending_sign_ups', key: ['issuer', 'subject'], time: 'created_at', keepDays: KEEP_DAYS }], error => {
    log.warn({ err: { message: (error as Error).message } }, 'Old sign-ups with a password could not be deleted: it is tried again in an hour')
  })
}

export function createPendingSignUps (database: Kysely<Tables>): PendingSignUps {
  // A CamelCasePlugin of the app's, for example, would rename the columns of the rows.
  const db = database.withoutPlugins()
  const oldest = () => new Date(Date.now() - KEEP_DAYS * 24 * 60 * 60_000).toISOString()
  const select = (issuer: string) => db.selectFrom('latchkey_pending_sign_ups').selectAll().where('issuer', '=', issuer).where('created_at', '>=', oldest())
  return {
    async keep ({ issuer, subject, email }, { profileId, user, roleIds, givenBy }) {
      const row = { email, profile_id: profileId, user: JSON.stringify(user), role_ids: JSON.stringify(roleIds), given_by: givenBy && JSON.stringify(givenBy), created_at: new Date().toISOString() }
      await db.insertInto('latchkey_pending_sign_ups').values({ issuer, subject, ...row })
        .onConflict(conflict => conflict.columns(['issuer', 'subject']).doUpdateSet(row)).execute()
    },
    find: async ({ issuer, subject }) => toSignUp(await select(issuer).where('subject', '=', subject).executeTakeFirst()),
    findByEmail: async ({ issuer, email }) => toSignUp(await select(issuer).where('email', '=', email).orderBy('created_at', 'desc').limit(1).executeTakeFirst()),
    async remove ({ issuer, subject, email }) {
      await db.deleteFrom('latchkey_pending_sign_ups').where('issuer', '=', issuer)
        .where(({ eb, or }) => or([eb('subject', '=', subject), eb('email', '=', email)])).execute()
    }
  }
}

function toSignUp (row: Tables['latchkey_pending_sign_ups'] | undefined): PendingSignUp | null {
  if (row === undefined) return null
  return {
    profileId: row.profile_id,
    user: JSON.parse(row.user) as PendingSignUp['user'],
    roleIds: JSON.parse(row.role_ids) as string[],
    givenBy: row.given_by === null ? null : JSON.parse(row.given_by) as Giver
  }
}
