/** SQL: `latchkey_api_tokens`; `name` and `secret_hash` are unique; times are ISO 8601 text. */
export interface ApiTokensTable {
  id: string
  name: string
  /** SHA-256 of the secret, in hexadecimal. */
  secret_hash: string
  expires_at: string | null
  last_used_at: string | null
  revoked_at: string | null
  created_at: string
  updated_at: string
  created_by: string | null
}

/** SQL: `latchkey_api_token_roles`; the primary key is (token_id, role_id). Rows are deleted with their token or role. */
export interface ApiTokenRolesTable {
  token_id: string
  role_id: string
}

declare module '@latchkey/database' {
  interface Tables {
    latchkey_api_tokens: ApiTokensTable
    latchkey_api_token_roles: ApiTokenRolesTable
  }
}
