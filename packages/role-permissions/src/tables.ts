import type { VersionTable } from '@latchkey/database'

/** SQL: `latchkey_roles`; `name` and `builtin` are unique; times are ISO 8601 text. */
export interface RolesTable {
  id: string
  name: string
  description: string | null
  builtin: 'administrator' | 'guest' | null
  /** JSON of `RolePermissions`. */
  permissions: string
  created_at: string
  updated_at: string
}

/** SQL: `latchkey_user_roles`; the primary key is (user_id, role_id). `user_id` is not a foreign key, because users may be stored elsewhere; it may belong to a deleted user. */
export interface UserRolesTable {
  user_id: string
  role_id: string
}

/** SQL: `latchkey_role_version`; the version, which every change of a role replaces. */
export type RoleVersionTable = VersionTable

declare module '@latchkey/database' {
  interface Tables {
    latchkey_roles: RolesTable
    latchkey_user_roles: UserRolesTable
    latchkey_role_version: RoleVersionTable
  }
}
