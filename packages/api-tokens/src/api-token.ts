/** A record of an API token, without its secret, which nobody can read again. Times are ISO 8601 in UTC. */
export interface ApiToken {
  readonly id: string
  /** Unique; for people. */
  readonly name: string
  /** The IDs of its roles. */
  readonly roles: readonly string[]
  /** The token is refused from this time on. `null`: never. */
  readonly expiresAt: string | null
  /** When it was last accepted, to the minute. `null`: never. */
  readonly lastUsedAt: string | null
  /** When it was permanently revoked. `null`: it was not. */
  readonly revokedAt: string | null
  readonly createdAt: string
  readonly updatedAt: string
  /** The ID of the user who created it, as given to `create`. */
  readonly createdBy: string | null
}

/** The fields of a new token. */
export interface NewApiToken {
  readonly name: string
  /** IDs of existing roles. */
  readonly roles: readonly string[]
  /** ISO 8601, in the future: a date (`2026-01-31`, midnight UTC) or a time with a time zone. */
  readonly expiresAt?: string | null
  readonly createdBy?: string | null
}

/** The fields of a token that can change. Omitted fields stay. */
export interface ApiTokenChange {
  readonly name?: string
  /** The IDs of all its roles, or of roles to add and remove. */
  readonly roles?: readonly string[] | { readonly add?: readonly string[], readonly remove?: readonly string[] }
  /** `null`: never. */
  readonly expiresAt?: string | null
}
