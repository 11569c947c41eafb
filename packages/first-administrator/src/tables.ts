/** SQL: `latchkey_administrator_codes`. The codes that are good, of every copy of the app. */
export interface AdministratorCodesTable {
  /** SHA-256 in hex. */
  code_hash: string
  /** ISO 8601 in UTC. */
  expires_at: string
}

/** SQL: `latchkey_administrator_tries`. How many codes a user has tried lately. */
export interface AdministratorTriesTable {
  user_id: string
  tries: number
  /** When they are forgotten: ISO 8601 in UTC. */
  expires_at: string
}

declare module '@latchkey/database' {
  interface Tables {
    latchkey_administrator_codes: AdministratorCodesTable
    latchkey_administrator_tries: AdministratorTriesTable
  }
}
