import { dialectOf, prepareQuery, type Tables } from '@latchkey/database'
import { rowToUser, userColumns, type User, type UserColumn, type UserIdentity, type UserRow } from '@latchkey/users-store'
import DataLoader from 'dataloader'
import { sql, type Kysely } from 'kysely'
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

/** The most identities that are looked up with one query. */
const MAX_AT_ONCE = 100

interface FoundRow extends UserRow {
  readonly role_id: string | null
  readonly noted_email: string
  readonly noted_verified: boolean | null
}

/**
 * The one query of every request. It reads identity, user and roles by primary keys, and is prepared once. It returns one
 * row per role, because the two databases aggregate lists differently.
 *
 * On PostgreSQL, the identities that are looked up in the same turn of the event loop share a query, because a query costs more
 * than the rest of a request. On SQLite it costs little more than reading the rows.
 */
export function prepareFindByIdentity (db: Kysely<Tables>, columns: Readonly<Record<string, UserColumn>>): FindByIdentity {
  const found = db
    .selectFrom('latchkey_user_identities as identity')
    .innerJoin('latchkey_users as user', 'user.id', 'identity.user_id')
    .leftJoin('latchkey_user_roles as has', 'has.user_id', 'user.id')
    // By name: PostgreSQL refuses a prepared `select *` once a column is added, as when an instance of a newer version starts.
    .select(userColumns(columns, 'user'))
    .select(['has.role_id', 'identity.email as noted_email', 'identity.email_verified as noted_verified'])
  const one = prepareQuery<Tables, FoundRow>(db, found.where('identity.issuer', '=', '').where('identity.subject', '=', '').compile())

  async function findOne ({ issuer, subject }: UserIdentity): Promise<BoundUser | null> {
    return boundUser(await one.all([issuer, subject]), columns)
  }

  if (dialectOf(db) === 'sqlite') return findOne

  const wanted = sql<{ issuer: string, subject: string, place: number }>`unnest(${[]}::text[], ${[]}::text[]) with ordinality`.as<'wanted'>(sql`wanted(issuer, subject, place)`)
  const several = prepareQuery<Tables, FoundRow & { readonly wanted_place: number }>(db, found
    .innerJoin(wanted, join => join.onRef('wanted.issuer', '=', 'identity.issuer').onRef('wanted.subject', '=', 'identity.subject'))
    .select(sql<number>`wanted.place::int`.as('wanted_place'))
    .compile())

  async function findSeveral (identities: readonly UserIdentity[]): Promise<Array<BoundUser | null>> {
    const rows = await several.all([identities.map(({ issuer }) => issuer), identities.map(({ subject }) => subject)])
    const rowsOf = identities.map((): FoundRow[] => [])
    for (const row of rows) rowsOf[row.wanted_place - 1]?.push(row)
    return rowsOf.map(rows => boundUser(rows, columns))
  }

  const loader = new DataLoader<UserIdentity, BoundUser | null>(async identities => {
    const [first, second] = identities
    return first !== undefined && second === undefined ? [await findOne(first)] : await findSeveral(identities)
  }, { cache: false, maxBatchSize: MAX_AT_ONCE })

  // No identity makes the query of the others fail: the token verifier refuses subjects that PostgreSQL cannot store.
  return identity => loader.load(identity)
}

function boundUser (rows: readonly FoundRow[], columns: Readonly<Record<string, UserColumn>>): BoundUser | null {
  const [first] = rows
  if (first === undefined) return null
  const { noted_email: email, noted_verified: verified } = first
  const answer = resolvedUser(rowToUser(first, columns), rows.flatMap(row => row.role_id ?? []))
  return { user: answer.user, principal: answer.principal, answer, noted: { email, emailVerified: verified === null ? null : Boolean(verified) } }
}

/** A user and the principal it acts as, frozen. */
export function resolvedUser (user: User, roleIds: readonly string[]): ResolvedUser {
  Object.freeze(user.avatar)
  return Object.freeze({ user: Object.freeze(user), principal: Object.freeze({ kind: 'user', userId: user.id, email: user.email, roles: Object.freeze(roleIds) }) })
}
