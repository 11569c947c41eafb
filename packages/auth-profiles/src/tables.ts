/** SQL: `latchkey_pending_sign_ups`; the primary key is (issuer, subject). What somebody said of themselves with a password, until their first token. */
export interface PendingSignUpsTable {
  issuer: string
  subject: string
  profile_id: string
  /** JSON of `NewUser`, without the email. */
  user: string
  /** JSON of role ids that an administrator gave beside the profile's. */
  role_ids: string
  created_at: string
}

declare module '@latchkey/database' {
  interface Tables {
    latchkey_pending_sign_ups: PendingSignUpsTable
  }
}
