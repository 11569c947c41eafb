import type {} from '@latchkey/users-store'

/** SQL: `latchkey_sign_ins`. Rows are deleted with their user. */
export interface SignInsTable {
  /** Derived from the issuer, the subject and the time, so that all instances write the same row. */
  id: string
  user_id: string
  profile_id: string
  issuer: string
  subject: string
  /** ISO 8601 in UTC. */
  created_at: string
  ip: string | null
  user_agent: string | null
}

/** SQL: `latchkey_activity_counts`; the primary key is (day, kind, detail). */
export interface ActivityCountsTable {
  /** `2026-01-31`, in UTC. */
  day: string
  kind: string
  /** The reason of a refusal, or the authentication profile's ID of a sign-in or sign-up. */
  detail: string
  /** Text on PostgreSQL, because its integers can exceed JavaScript's. */
  count: number | string
}

declare module '@latchkey/database' {
  interface Tables {
    latchkey_sign_ins: SignInsTable
    latchkey_activity_counts: ActivityCountsTable
  }
}
