import type { RolePermissionsService } from '@latchkey/role-permissions'
import { describeUsersTable, type UsersStore } from '@latchkey/users-store'

type Table = Parameters<RolePermissionsService['declareTable']>[0]

/** A table that this API reads: how filters of permissions may speak of it, and which fields they may name besides. */
export interface DescribedTable {
  readonly table: Table
  readonly otherFields: readonly string[]
}

/** The tables that this API reads, by their names in permissions. */
export interface DescribedTables {
  readonly Users: DescribedTable
  readonly Roles: DescribedTable
  /** Profiles are no records of the database, so no filter may speak of their fields. */
  readonly AuthenticationProfiles: DescribedTable
  /** Declared in apps that have them. */
  readonly ApiTokens: DescribedTable
}

export function describeTables (columns: UsersStore['columns']): DescribedTables {
  const roles: Table = {
    name: 'Roles',
    table: 'latchkey_roles',
    fields: {
      id: { column: 'id', type: 'id' },
      name: { column: 'name', type: 'string' },
      description: { column: 'description', type: 'string' },
      createdAt: { column: 'created_at', type: 'date' },
      updatedAt: { column: 'updated_at', type: 'date' }
    }
  }
  const users: Table = {
    ...describeUsersTable(columns),
    relations: {
      roles: { kind: 'many', table: () => roles, from: 'id', to: 'id', through: { table: 'latchkey_user_roles', from: 'user_id', to: 'role_id' } }
    }
  }
  const apiTokens: Table = {
    name: 'ApiTokens',
    table: 'latchkey_api_tokens',
    fields: {
      id: { column: 'id', type: 'id' },
      name: { column: 'name', type: 'string' },
      expiresAt: { column: 'expires_at', type: 'date' },
      lastUsedAt: { column: 'last_used_at', type: 'date' },
      revokedAt: { column: 'revoked_at', type: 'date' },
      createdAt: { column: 'created_at', type: 'date' },
      updatedAt: { column: 'updated_at', type: 'date' },
      createdBy: { column: 'created_by', type: 'id' }
    },
    relations: {
      roles: { kind: 'many', table: () => roles, from: 'id', to: 'id', through: { table: 'latchkey_api_token_roles', from: 'token_id', to: 'role_id' } }
    }
  }
  const profiles: Table = { name: 'AuthenticationProfiles', table: 'latchkey_authentication_profiles', fields: {} }
  return {
    Users: { table: users, otherFields: ['avatar', 'permissions'] },
    Roles: { table: roles, otherFields: [] },
    ApiTokens: { table: apiTokens, otherFields: [] },
    AuthenticationProfiles: { table: profiles, otherFields: ['id', 'name', 'type', 'clientId', 'domain', 'audiences', 'selfSignUpEnabled', 'selfSignUpEmailDomains', 'roles'] }
  }
}

/** Every field of a table that permissions may name. */
export function fieldNames ({ table, otherFields }: DescribedTable): string[] {
  return [...Object.keys(table.fields), ...Object.keys(table.relations ?? {}), ...otherFields]
}
