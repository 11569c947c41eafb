import type { Generated } from 'kysely'

/** SQL: `latchkey_users`. Booleans are 0/1 on SQLite; times are ISO 8601 text on both databases. */
export interface UsersTable {
  id: string
  email: string
  first_name: string | null
  last_name: string | null
  status: Generated<string>
  timezone: string | null
  /** JSON of `Avatar`. */
  avatar: string | null
  origin: string | null
  is_8base: Generated<boolean | number>
  created_at: string
  updated_at: string
  created_by: string | null
}

/** SQL: `latchkey_user_identities`; the primary key is (issuer, subject). */
export interface UserIdentitiesTable {
  issuer: string
  subject: string
  user_id: string
  /** The email in the latest token of this identity, normalized. */
  email: string
  /** Whether the issuer says that the email is verified; `null` if it does not say. 0/1 on SQLite. */
  email_verified: Generated<boolean | number | null>
  created_at: string
}

/** SQL: `latchkey_removed_identities`, the identities removed from existing users; the primary key is (issuer, subject, user_id). */
export interface RemovedIdentitiesTable extends Omit<UserIdentitiesTable, 'email_verified'> {
  email_verified: boolean | number | null
  removed_at: string
}

declare module '@latchkey/database' {
  interface Tables {
    latchkey_users: UsersTable
    latchkey_user_identities: UserIdentitiesTable
    latchkey_removed_identities: RemovedIdentitiesTable
  }
}
