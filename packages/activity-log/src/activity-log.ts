import type { FastifyReply, FastifyRequest } from 'fastify'

/** A sign-in that somebody came with. */
export interface NewSignIn {
  readonly userId: string
  /** The authentication profile that the token was issued for. */
  readonly profileId: string
  readonly issuer: string
  readonly subject: string
  /** When, in seconds since 1970. */
  readonly at: number
  /**
   * Whether `at` is when the person signed in, as a token's `auth_time` says it: each token that was refreshed since is of the same sign-in.
   * Else, where `at` is when a token was issued, all of one hour are one sign-in. Default: true.
   */
  readonly exact?: boolean
  /** The address that it came from, where that is known. */
  readonly ip?: string | undefined
  /** What the client calls itself; the first 200 characters are kept. */
  readonly userAgent?: string | undefined
}

/** The days to read, as `2026-01-31`, both included. */
export interface DayRange {
  /** Default: 29 days before `to`. */
  readonly from?: string | null | undefined
  /** Default: today. */
  readonly to?: string | null | undefined
}

/** How many there were of one day in UTC. */
export interface ActivityDay {
  /** `2026-01-31` */
  readonly day: string
  readonly signIns: number
  readonly signUps: number
  readonly refused: number
  /** By reason, the most frequent first. */
  readonly refusals: readonly { readonly reason: string, readonly count: number }[]
}

/** What `fastify.activityLog` can do. What notes costs a lookup, never fails, and is written to the database within a second. */
export interface ActivityLog {
  /** Notes a sign-in, once however often it is told of, by however many copies of the app. */
  signedIn (signIn: NewSignIn): void
  /** Counts that somebody became a user by signing up. */
  signedUp (signUp: { readonly profileId: string }): void
  /** Counts a refusal, by one word such as `wrong_password`. */
  refused (reason: string): void
  /** Counts the refusals among the errors that one request met with: each reason once, and no error twice. What is no refusal does not count. */
  refusedBy (...errors: readonly unknown[]): void
  /** A hook, for `onError`: counts the refusal that ends a request. */
  noteError (request: FastifyRequest, reply: FastifyReply, error: Error): Promise<void>
  /**
   * How many there were per day, oldest first; days without any are there too.
   *
   * @throws ACTIVITY_LOG_ERR_INVALID_RANGE (400) with `details` by field
   */
  perDay (range?: DayRange): Promise<ActivityDay[]>
}
