import type { UserColumns } from './index.js'

/** A record of the Users table. Times are ISO 8601 in UTC. */
export interface User extends UserColumns {
  readonly id: string
  /** The primary identifier, normalised by `normalizeEmail`. */
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

/** What may be given for a new user; what is left out is `null` or the column's default. */
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

/** What may be changed of a user; what is left out stays. */
export type UserChange = Partial<Omit<NewUser, 'createdBy' | 'origin'>>

/** One subject of one issuer, bound to a user. */
export interface UserIdentity {
  readonly issuer: string
  readonly subject: string
  /** Whether the issuer says that the email of its token is verified; kept beside that email. */
  readonly emailVerified?: boolean | null
}

/** A column that the app adds to the Users table. Every such column may be `null`. */
export interface UserColumn {
  /**
   * `string`: at most 4096 characters. `number`: a finite one. `boolean`: true or false. `date`: given as ISO 8601
   * text, a date (`2026-01-31`, midnight UTC) or a time with its zone, and read as `2026-01-31T00:00:00.000Z`.
   */
  readonly type: 'string' | 'number' | 'boolean' | 'date'
}
