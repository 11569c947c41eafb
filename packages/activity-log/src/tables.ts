import type {} from '@latchkey/users-store'

/** SQL: `latchkey_sign_ins`. They go with their user. */
export interface SignInsTable {
  /** Made of the issuer, the subject and the time, so that each copy of the app would write the same row. */
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
  /** Of a refusal its reason; of a sign-in and a sign-up the id of the authentication profile. */
  detail: string
  /** Text on PostgreSQL, whose numbers may be larger than JavaScript's. */
  count: number | string
}

declare module '@latchkey/database' {
  interface Tables {
    latchkey_sign_ins: SignInsTable
    latchkey_activity_counts: ActivityCountsTable
  }
}
