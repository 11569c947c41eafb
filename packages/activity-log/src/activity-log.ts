import type { FastifyReply, FastifyRequest } from 'fastify'

/** A sign-in to record. */
export interface NewSignIn {
  readonly userId: string
  /** The authentication profile that the token was issued for. */
  readonly profileId: string
  readonly issuer: string
  readonly subject: string
  /** The time, in seconds since 1970. */
  readonly at: number
  /**
   * Whether `at` is when the person signed in (a token's `auth_time`), so that refreshed tokens belong to the same sign-in.
   * Use `false` if `at` is when a token was issued: then all tokens of one hour are one sign-in. Default: true.
   */
  readonly exact?: boolean
  /** The client's address, if known. */
  readonly ip?: string | undefined
  /** The client's `User-Agent`. The first 200 characters are stored. */
  readonly userAgent?: string | undefined
}

/** The range of days to read, both inclusive, in the form `2026-01-31`. */
export interface DayRange {
  /** Default: 29 days before `to`. */
  readonly from?: string | null | undefined
  /** Default: today. */
  readonly to?: string | null | undefined
}

/** The counts of one day in UTC. */
export interface ActivityDay {
  /** `2026-01-31` */
  readonly day: string
  readonly signIns: number
  readonly signUps: number
  readonly refused: number
  /** By reason, most frequent first. */
  readonly refusals: readonly { readonly reason: string, readonly count: number }[]
}

/** The decorator `fastify.activityLog`. Recording costs a lookup, never fails, and is written to the database within a second. */
export interface ActivityLog {
  /** Records a sign-in. Repeated calls, even in other instances, record it once. */
  signedIn (signIn: NewSignIn): void
  /** Counts a sign-up. */
  signedUp (signUp: { readonly profileId: string }): void
  /** Counts a refusal by a one-word reason such as `wrong_password`. */
  refused (reason: string): void
  /** Counts the refusals among a request's errors: each reason once, and no error twice. Other errors do not count. */
  refusedBy (...errors: readonly unknown[]): void
  /** A hook for `onError` that counts the refusal of a request. */
  noteError (request: FastifyRequest, reply: FastifyReply, error: Error): Promise<void>
  /**
   * The counts per day, oldest first, including days without activity.
   *
   * @throws ACTIVITY_LOG_ERR_INVALID_RANGE (400) with `details` by field
   */
  perDay (range?: DayRange): Promise<ActivityDay[]>
}
