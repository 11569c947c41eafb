/** A record of an API token: everything but its secret, which nobody can read again. Times are ISO 8601 in UTC. */
export interface ApiToken {
  readonly id: string
  /** Unique; for people. */
  readonly name: string
  /** The ids of its roles. */
  readonly roles: readonly string[]
  /** From this moment on it is refused; `null`: never. */
  readonly expiresAt: string | null
  /** When it was last accepted, within a minute; `null`: never yet. */
  readonly lastUsedAt: string | null
  /** Since when it is refused for good; `null`: it is not. */
  readonly revokedAt: string | null
  readonly createdAt: string
  readonly updatedAt: string
  /** The id of the user who made it, as `create` was told. */
  readonly createdBy: string | null
}

/** What may be given for a new token. */
export interface NewApiToken {
  readonly name: string
  /** Ids of roles that exist. */
  readonly roles: readonly string[]
  /** ISO 8601: a date (`2026-01-31`, midnight UTC) or a time with its zone, in the future. */
  readonly expiresAt?: string | null
  readonly createdBy?: string | null
}

/** What may be changed of a token; what is left out stays. */
export interface ApiTokenChange {
  readonly name?: string
  /** The ids of all its roles, or of those it gets and loses. */
  readonly roles?: readonly string[] | { readonly add?: readonly string[], readonly remove?: readonly string[] }
  /** `null`: never. */
  readonly expiresAt?: string | null
}
