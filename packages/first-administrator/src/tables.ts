/** SQL: `latchkey_administrator_codes`. The valid codes of all instances. */
export interface AdministratorCodesTable {
  /** SHA-256 in hex. */
  code_hash: string
  /** ISO 8601 in UTC. */
  expires_at: string
}

/** SQL: `latchkey_administrator_tries`. How many codes a user has tried recently. */
export interface AdministratorTriesTable {
  user_id: string
  tries: number
  /** When the count is reset: ISO 8601 in UTC. */
  expires_at: string
}

declare module '@latchkey/database' {
  interface Tables {
    latchkey_administrator_codes: AdministratorCodesTable
    latchkey_administrator_tries: AdministratorTriesTable
  }
}
