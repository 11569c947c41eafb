import type { UserColumns } from './index.js'

/** A record of the Users table. Times are ISO 8601 in UTC. */
export interface User extends UserColumns {
  readonly id: string
  /** The primary identifier, normalized by `normalizeEmail`. */
  readonly email: string
  readonly firstName: string | null
  readonly lastName: string | null
  readonly status: string
  readonly timezone: string | null
  readonly avatar: Avatar | null
  /** Where the record came from: the id of the authentication profile that signed it up, `invitation`, `api`, … */
  readonly origin: string | null
  readonly is8base: boolean
  readonly createdAt: string
  readonly updatedAt: string
  /** The id of the user who created it; `null` for a sign-up. */
  readonly createdBy: string | null
}

export interface Avatar {
  readonly id: string | null
  readonly downloadUrl: string | null
}

/** The input for a new user. Omitted fields are `null` or the column's default. */
export type NewUser = Partial<UserColumns> & {
  readonly email: string
  readonly firstName?: string | null
  readonly lastName?: string | null
  readonly status?: string
  readonly timezone?: string | null
  readonly avatar?: Avatar | null
  readonly origin?: string | null
  readonly createdBy?: string | null
}

/** The fields of a user that can be updated. Omitted fields stay unchanged. */
export type UserChange = Partial<Omit<NewUser, 'createdBy' | 'origin'>>

/** One subject of one issuer, bound to a user. */
export interface UserIdentity {
  readonly issuer: string
  readonly subject: string
  /** Whether the issuer says that the email in its token is verified; stored with that email. */
  readonly emailVerified?: boolean | null
}

/** A column that the app adds to the Users table. All of these columns are nullable. */
export interface UserColumn {
  /**
   * `string`: at most 4096 characters. `number`: a finite number. `boolean`: true or false. `date`: written as ISO 8601
   * text, either a date (`2026-01-31`, midnight UTC) or a time with a time zone, and read as `2026-01-31T00:00:00.000Z`.
   */
  readonly type: 'string' | 'number' | 'boolean' | 'date'
}
