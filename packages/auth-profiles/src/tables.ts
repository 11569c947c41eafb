import type { VersionTable } from '@latchkey/database'

/** SQL: `latchkey_pending_sign_ups`; the primary key is (issuer, subject). The data of password sign-ups, until the first token arrives. */
export interface PendingSignUpsTable {
  issuer: string
  subject: string
  /** Normalized; `null` in rows older than this column. */
  email: string | null
  profile_id: string
  /** JSON of `NewUser`, without the email. */
  user: string
  /** JSON: ids of roles that an administrator gave in addition to the profile's. */
  role_ids: string
  /** JSON: who gave them (`Giver`); `null` if nobody was named, and in rows older than this column. */
  given_by: string | null
  created_at: string
}

/** SQL: `latchkey_authentication_profiles`; the profiles created at run time. `name` is unique; times are ISO 8601 text. */
export interface AuthenticationProfilesTable {
  id: string
  name: string
  type: string
  issuer: string
  client_id: string
  domain: string
  /** JSON: a list. */
  audiences: string
  self_sign_up_enabled: boolean | number
  /** The order among the stored profiles. */
  position: number
  /** JSON of the policy and the adapter's options, without secrets. */
  config: string
  /** Encrypted for this record; `null`: none. */
  client_secret: string | null
  /** The version (`latchkey_authentication_version`) of the last change. */
  revision: number
  created_at: string
  updated_at: string
}

/** SQL: `latchkey_authentication_profile_roles`; the primary key is (profile_id, role_id). The roles of new users. */
export interface AuthenticationProfileRolesTable {
  profile_id: string
  role_id: string
}

/** SQL: `latchkey_authentication_settings`; one row, whose id is 1. The lists are JSON. */
export interface AuthenticationSettingsTable {
  id: number
  allowed_callbacks: string
  allowed_logouts: string
  allowed_web_origins: string
  updated_at: string
}

/** SQL: `latchkey_authentication_version`; the version, which every change of a profile or the settings increments. */
export type AuthenticationVersionTable = VersionTable

declare module '@latchkey/database' {
  interface Tables {
    latchkey_pending_sign_ups: PendingSignUpsTable
    latchkey_authentication_profiles: AuthenticationProfilesTable
    latchkey_authentication_profile_roles: AuthenticationProfileRolesTable
    latchkey_authentication_settings: AuthenticationSettingsTable
    latchkey_authentication_version: AuthenticationVersionTable
  }
}
