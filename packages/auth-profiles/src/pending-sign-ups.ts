import { deleteOldRegularly, type Tables } from '@latchkey/database'
import type { NewUser, UserIdentity } from '@latchkey/users-store'
import type { FastifyBaseLogger } from 'fastify'
import type { Kysely } from 'kysely'
import type { Giver } from './promised-roles.js'

/** The data that somebody submitted when they signed up with a password. */
export interface PendingSignUp {
  readonly profileId: string
  readonly user: Omit<NewUser, 'email'>
  /** In addition to the profile's. */
  readonly roleIds: readonly string[]
  /** Who gave them; `null` if nobody was named. */
  readonly givenBy: Giver | null
}

/** The account that a sign-up created, and its address. */
export interface PendingAccount extends UserIdentity {
  /** Normalized. */
  readonly email: string
}

/** Sign-ups of accounts from which no token has arrived yet. */
export interface PendingSignUps {
  keep (account: PendingAccount, signUp: PendingSignUp): Promise<void>
  /** The data of this account's sign-up. */
  find (identity: UserIdentity): Promise<PendingSignUp | null>
  /** The data of the latest sign-up for an address at an issuer, even if its account is gone. */
  findByEmail (of: Pick<PendingAccount, 'issuer' | 'email'>): Promise<PendingSignUp | null>
  /** Deletes the sign-ups of the account and of its address at this issuer. */
  remove (account: PendingAccount): Promise<void>
}

/** Afterwards, the person signs up with their token like anybody else. */
const KEEP_DAYS = 30

/** Deletes expired sign-ups every hour. Any number of instances may do so. @returns `stop`; await it before the database is closed */
export function forgetPendingSignUps (db: Kysely<Tables>, log: Pick<FastifyBaseLogger, 'warn'>): { stop (): Promise<void> } {
  return deleteOldRegularly(db.withoutPlugins(), [{ table: 'latchkey_pending_sign_ups', key: ['issuer', 'subject'], time: 'created_at', keepDays: KEEP_DAYS }], error => {
    log.warn({ err: { message: (error as Error).message } }, 'Expired password sign-ups could not be deleted. The next attempt is in an hour.')
  })
}

export function createPendingSignUps (database: Kysely<Tables>): PendingSignUps {
  // The app's Kysely plugins, such as CamelCasePlugin, would rename the columns of the rows.
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
