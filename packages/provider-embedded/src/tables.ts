/** Times are ISO 8601 text on both databases, so that they compare alike. */
export interface AccountsTable {
  /** What `sub` is in the account's tokens. */
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

/** One signing key each; of those whose time to sign has come, the newest signs. */
export interface KeysTable {
  generation: number
  kid: string
  /** `sealed:` and AES-256-GCM of the private JWK, or `plain:` and the JWK. */
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

/** Tries counted against lock-out, by what is tried and by whom; emails on their way, by the sign-in that asked for them; and, without tries, the networks that accounts were signed in from. */
export interface AttemptsTable {
  key: string
  tries: number
  locked_until: string
  expires_at: string
}

/** The one code and link that is good for an address and a purpose; asking again replaces it. */
export interface CodesTable {
  purpose: string
  email: string
  account_id: string
  code_hash: string
  link_hash: string
  tries: number
  /** The profile and the hosted sign-in that asked for it. */
  client_id: string
  interaction_uid: string | null
  expires_at: string
}

/** Random values made at the first start. */
export interface SecretsTable {
  name: string
  value: string
}

/** Emails that were not sent, since no SMTP server is configured; development only. */
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
