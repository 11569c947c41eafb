import { prepareQuery, type Tables } from '@latchkey/database'
import { rowToUser, userColumns, type User, type UserColumn, type UserIdentity } from '@latchkey/users-store'
import type { Kysely } from 'kysely'
import type { ResolvedUser } from './auth-profiles.js'

/** Who an identity is bound to, and the email that is noted of it. */
export interface BoundUser extends ResolvedUser {
  /** The two alone, as requests are answered, which share it. */
  readonly answer: ResolvedUser
  readonly noted: { readonly email: string, readonly emailVerified: boolean | null }
}

/** Finds who an identity is bound to. */
export type FindByIdentity = (identity: UserIdentity) => Promise<BoundUser | null>

/** What it reads: their packages have PostgreSQL tell of their changes. */
export const tablesOfUsers = ['latchkey_users', 'latchkey_user_identities', 'latchkey_user_roles'] as const

/**
 * The one query of every request: identity, user and roles by two primary keys, prepared once.
 * It gives a row for each role, which is folded here, since lists are aggregated differently by each database.
 */
export function prepareFindByIdentity (db: Kysely<Tables>, columns: Readonly<Record<string, UserColumn>>): FindByIdentity {
  const query = prepareQuery(db, db
    .selectFrom('latchkey_user_identities as identity')
    .innerJoin('latchkey_users as user', 'user.id', 'identity.user_id')
    .leftJoin('latchkey_user_roles as has', 'has.user_id', 'user.id')
    // By name: PostgreSQL refuses a prepared statement of all columns once there is another one, as while a newer copy of the app starts.
    .select(userColumns(columns, 'user'))
    .select(['has.role_id', 'identity.email as noted_email', 'identity.email_verified as noted_verified'])
    .where('identity.issuer', '=', '')
    .where('identity.subject', '=', '')
    .compile())

  return async ({ issuer, subject }) => {
    const rows = await query.all([issuer, subject])
    const [first] = rows
    if (first === undefined) return null
    const roleIds = rows.flatMap(row => row.role_id ?? [])
    const { noted_email: email, noted_verified: verified } = first
    const answer = resolvedUser(rowToUser(first, columns), roleIds)
    return { user: answer.user, principal: answer.principal, answer, noted: { email, emailVerified: verified === null ? null : Boolean(verified) } }
  }
}

/** A user, and the principal it acts as, which nobody can change. */
export function resolvedUser (user: User, roleIds: readonly string[]): ResolvedUser {
  Object.freeze(user.avatar)
  return Object.freeze({ user: Object.freeze(user), principal: Object.freeze({ kind: 'user', userId: user.id, email: user.email, roles: Object.freeze(roleIds) }) })
}
