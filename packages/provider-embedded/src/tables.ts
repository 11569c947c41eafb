/** Times are ISO 8601 text on both databases, so that they compare in the same way. */
export interface AccountsTable {
  /** The `sub` of the account's tokens. */
  id: string
  email: string
  email_verified: number
  /** argon2id, in the PHC string format. */
  password_hash: string
  first_name: string | null
  last_name: string | null
  created_at: string
  updated_at: string
}

/** One row per signing key. Of the keys whose `signs_from` has passed, the newest signs. */
export interface KeysTable {
  generation: number
  kid: string
  /** The private JWK: `sealed:` and its AES-256-GCM ciphertext, or `plain:` and the JSON. */
  private_jwk: string
  created_at: string
  signs_from: string
}

/** What the OpenID provider stores: sessions, grants, codes, tokens. The ids of bearer secrets are hashed. */
export interface RecordsTable {
  model: string
  id: string
  /** JSON. */
  payload: string
  account_id: string | null
  grant_id: string | null
  uid: string | null
  user_code: string | null
  consumed_at: string | null
  expires_at: string | null
}

/** Attempts counted for rate limiting; emails being sent, by the sign-in that requested them; and, with no attempts, the networks that accounts signed in from. */
export interface AttemptsTable {
  key: string
  tries: number
  locked_until: string
  expires_at: string
}

/** The one valid code and link for an address and a purpose. A new request replaces it. */
export interface CodesTable {
  purpose: string
  email: string
  account_id: string
  code_hash: string
  link_hash: string
  tries: number
  /** The profile and the hosted sign-in that requested it. */
  client_id: string
  interaction_uid: string | null
  expires_at: string
}

/** Random values created at the first start. */
export interface SecretsTable {
  name: string
  value: string
}

/** Emails that were not sent because no SMTP server is configured. Development only. */
export interface OutboxTable {
  id: string
  recipient: string
  subject: string
  text: string
  sent_at: string
}

declare module '@latchkey/database' {
  interface Tables {
    latchkey_embedded_accounts: AccountsTable
    latchkey_embedded_keys: KeysTable
    latchkey_embedded_records: RecordsTable
    latchkey_embedded_attempts: AttemptsTable
    latchkey_embedded_codes: CodesTable
    latchkey_embedded_secrets: SecretsTable
    latchkey_embedded_outbox: OutboxTable
  }
}
