import { prepareQuery, type Tables } from '@latchkey/database'
import { rowToUser, userColumns, type User, type UserColumn, type UserIdentity } from '@latchkey/users-store'
import type { Kysely } from 'kysely'
import type { ResolvedUser } from './auth-profiles.js'

/** The user that an identity is bound to, and the email stored with the identity. */
export interface BoundUser extends ResolvedUser {
  /** Only user and principal; shared by all requests that get this result. */
  readonly answer: ResolvedUser
  readonly noted: { readonly email: string, readonly emailVerified: boolean | null }
}

/** Finds the user that an identity is bound to. */
export type FindByIdentity = (identity: UserIdentity) => Promise<BoundUser | null>

/** The tables that it reads. On PostgreSQL, their triggers announce changes. */
export const tablesOfUsers = ['latchkey_users', 'latchkey_user_identities', 'latchkey_user_roles'] as const

/**
 * The one query of every request. It reads identity, user and roles by primary keys, and is prepared once. It returns one
 * row per role, because the two databases aggregate lists differently.
 */
export function prepareFindByIdentity (db: Kysely<Tables>, columns: Readonly<Record<string, UserColumn>>): FindByIdentity {
  const query = prepareQuery(db, db
    .selectFrom('latchkey_user_identities as identity')
    .innerJoin('latchkey_users as user', 'user.id', 'identity.user_id')
    .leftJoin('latchkey_user_roles as has', 'has.user_id', 'user.id')
    // By name: PostgreSQL refuses a prepared `select *` once a column is added, as when an instance of a newer version starts.
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

/** A user and the principal it acts as, frozen. */
export function resolvedUser (user: User, roleIds: readonly string[]): ResolvedUser {
  Object.freeze(user.avatar)
  return Object.freeze({ user: Object.freeze(user), principal: Object.freeze({ kind: 'user', userId: user.id, email: user.email, roles: Object.freeze(roleIds) }) })
}
