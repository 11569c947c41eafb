import type { FilterableTable, Relation } from '@latchkey/record-filter'
import { describeUsersTable, type UsersStore } from '@latchkey/users-store'
import type { Order } from './lists/list-arguments.js'

/** A table that this API reads: how filters of permissions can use it, and its other fields that permissions can name. */
export interface DescribedTable {
  readonly table: FilterableTable
  readonly otherFields: readonly string[]
}

/** A table that this API reads as a list. */
export interface ListedTable extends DescribedTable {
  /** The type of a record in the schema. */
  readonly type: string
  /** The columns of the other fields that are JSON. */
  readonly json: Readonly<Record<string, string>>
  /** The fields that are never `null`. */
  readonly required: readonly string[]
  /** The default order of a list. */
  readonly order: readonly Order[]
  /** The table as filters of queries can use it: `createdBy` is a relation to the user. */
  readonly queried: () => FilterableTable
}

/** The tables that are read as lists, by their names in permissions. */
export interface ListedTables {
  readonly Users: ListedTable
  readonly Roles: ListedTable
  /** Declared if the app has API tokens. */
  readonly ApiTokens: ListedTable
  /** Declared if the app has an audit log. */
  readonly AuditEvents: ListedTable
  /** Declared if the app has an activity log. */
  readonly SignIns: ListedTable
}

/** The tables that this API reads, by their names in permissions. */
export interface DescribedTables extends ListedTables {
  /** Profiles created at run time are database records. Configured profiles are not, so no filter admits them. */
  readonly AuthenticationProfiles: DescribedTable
  /** One record, whose fields filters cannot use. */
  readonly AuthenticationSettings: DescribedTable
}

export function describeTables (columns: UsersStore['columns']): DescribedTables {
  const roles: FilterableTable = {
    name: 'Roles',
    table: 'latchkey_roles',
    fields: {
      id: { column: 'id', type: 'id' },
      name: { column: 'name', type: 'string' },
      description: { column: 'description', type: 'string' },
      createdAt: { column: 'created_at', type: 'date' },
      updatedAt: { column: 'updated_at', type: 'date' }
    },
    relations: {
      users: { kind: 'many', table: () => users, from: 'id', to: 'id', through: { table: 'latchkey_user_roles', from: 'role_id', to: 'user_id' } }
    }
  }
  const users: FilterableTable = {
    ...describeUsersTable(columns),
    relations: {
      roles: { kind: 'many', table: () => roles, from: 'id', to: 'id', through: { table: 'latchkey_user_roles', from: 'user_id', to: 'role_id' } }
    }
  }
  const apiTokens: FilterableTable = {
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
  const auditEvents: FilterableTable = {
    name: 'AuditEvents',
    table: 'latchkey_audit_events',
    fields: {
      id: { column: 'id', type: 'id' },
      createdAt: { column: 'created_at', type: 'date' },
      actorKind: { column: 'actor_kind', type: 'string' },
      actorId: { column: 'actor_id', type: 'id' },
      actorName: { column: 'actor_name', type: 'string' },
      action: { column: 'action', type: 'string' },
      table: { column: 'resource', type: 'string' },
      recordId: { column: 'record_id', type: 'id' }
    }
  }
  const signIns: FilterableTable = {
    name: 'SignIns',
    table: 'latchkey_sign_ins',
    fields: {
      id: { column: 'id', type: 'id' },
      createdAt: { column: 'created_at', type: 'date' },
      userId: { column: 'user_id', type: 'id' },
      profileId: { column: 'profile_id', type: 'id' },
      issuer: { column: 'issuer', type: 'string' },
      subject: { column: 'subject', type: 'string' },
      ip: { column: 'ip', type: 'string' },
      userAgent: { column: 'user_agent', type: 'string' }
    },
    relations: {
      user: { kind: 'one', table: () => users, from: 'user_id', to: 'id' }
    }
  }
  const profiles: FilterableTable = {
    name: 'AuthenticationProfiles',
    table: 'latchkey_authentication_profiles',
    fields: {
      id: { column: 'id', type: 'id' },
      name: { column: 'name', type: 'string' },
      type: { column: 'type', type: 'string' },
      clientId: { column: 'client_id', type: 'string' },
      domain: { column: 'domain', type: 'string' },
      issuer: { column: 'issuer', type: 'string' },
      selfSignUpEnabled: { column: 'self_sign_up_enabled', type: 'boolean' },
      createdAt: { column: 'created_at', type: 'date' },
      updatedAt: { column: 'updated_at', type: 'date' }
    },
    relations: {
      roles: { kind: 'many', table: () => roles, from: 'id', to: 'id', through: { table: 'latchkey_authentication_profile_roles', from: 'profile_id', to: 'role_id' } }
    }
  }
  const settings: FilterableTable = { name: 'AuthenticationSettings', table: 'latchkey_authentication_settings', fields: {} }
  const queried = queriedBy(users)
  return {
    Users: {
      table: users,
      otherFields: ['avatar', 'permissions', 'identities'],
      type: 'User',
      json: { avatar: 'avatar' },
      required: ['id', 'email', 'status', 'is8base', 'createdAt', 'updatedAt'],
      order: [{ field: 'createdAt', direction: 'ASC' }],
      queried: () => queried(users)
    },
    Roles: {
      table: roles,
      otherFields: ['permissions'],
      type: 'Role',
      json: { permissions: 'permissions' },
      required: ['id', 'name', 'createdAt', 'updatedAt'],
      order: [{ field: 'name', direction: 'ASC' }],
      queried: () => queried(roles)
    },
    ApiTokens: {
      table: apiTokens,
      otherFields: [],
      type: 'ApiToken',
      json: {},
      required: ['id', 'name', 'createdAt', 'updatedAt'],
      order: [{ field: 'name', direction: 'ASC' }],
      queried: () => queried(apiTokens)
    },
    AuditEvents: {
      table: auditEvents,
      otherFields: ['before', 'after'],
      type: 'AuditEvent',
      json: { before: 'before', after: 'after' },
      required: ['id', 'createdAt', 'actorKind', 'action', 'table', 'recordId'],
      order: [{ field: 'createdAt', direction: 'DESC' }],
      queried: () => queried(auditEvents)
    },
    SignIns: {
      table: signIns,
      otherFields: ['profileName'],
      type: 'SignIn',
      json: {},
      required: ['id', 'createdAt', 'userId', 'profileId', 'issuer', 'subject'],
      order: [{ field: 'createdAt', direction: 'DESC' }],
      queried: () => queried(signIns)
    },
    AuthenticationProfiles: {
      table: profiles,
      otherFields: [
        'audiences', 'secret', 'hasSecret', 'selfSignUpEmailDomains', 'linkByEmail', 'onEmailChange', 'callbackUrls', 'logoutUrls',
        'databaseName', 'managementDomain', 'attributes', 'options', 'position', 'declaredInConfiguration'
      ]
    },
    AuthenticationSettings: { table: settings, otherFields: ['allowedCallbacks', 'allowedLogouts', 'allowedWebOrigins', 'updatedAt'] }
  }
}

/** Every field of a table that permissions may name. */
export function fieldNames ({ table, otherFields }: DescribedTable): string[] {
  return [...Object.keys(table.fields), ...Object.keys(table.relations ?? {}), ...otherFields]
}

/** Converts tables, each once, to the form that filters of queries use. */
function queriedBy (users: FilterableTable): (table: FilterableTable) => FilterableTable {
  const made = new Map<string, FilterableTable>()
  return function queried (table) {
    const known = made.get(table.name)
    if (known !== undefined) return known
    const { createdBy, ...fields } = table.fields
    const relations = Object.entries(table.relations ?? {}).map(([name, relation]): [string, Relation] => [name, { ...relation, table: () => queried(relation.table()) }])
    if (createdBy !== undefined) relations.push(['createdBy', { kind: 'one', table: () => queried(users), from: createdBy.column, to: 'id' }])
    const result: FilterableTable = { ...table, fields, relations: Object.fromEntries(relations) }
    made.set(table.name, result)
    return result
  }
}
