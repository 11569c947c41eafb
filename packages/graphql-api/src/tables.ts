import type { Column, ColumnType, FilterableTable, Relation } from '@latchkey/record-filter'
import { describeUsersTable, type UsersStore } from '@latchkey/users-store'
import type { Order } from './lists/list-arguments.js'

/** A table that this API reads, as filters of permissions can use it. */
export interface DescribedTable extends FilterableTable {
  /** The fields that permissions can name and filters cannot use. */
  readonly otherFields: readonly string[]
}

/** A table that this API reads as a list. */
export interface ListedTable extends DescribedTable {
  /** The type of a record in the schema. */
  readonly type: string
  /** The other fields that are columns with JSON. */
  readonly json: readonly string[]
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
  const queried = queriedBy(() => tables.Users)
  const listed = (table: Omit<ListedTable, 'queried'>): ListedTable => ({ ...table, queried: () => queried(table) })
  const roles = (table: string, owner: string): Relation => many(() => tables.Roles, { table, from: owner, to: 'role_id' })
  const tables: DescribedTables = {
    Users: listed({
      ...describeUsersTable(columns),
      relations: { roles: roles('latchkey_user_roles', 'user_id') },
      otherFields: ['avatar', 'permissions', 'identities'],
      type: 'User',
      json: ['avatar'],
      required: ['id', 'email', 'status', 'is8base', 'createdAt', 'updatedAt'],
      order: [{ field: 'createdAt', direction: 'ASC' }]
    }),
    Roles: listed({
      name: 'Roles',
      table: 'latchkey_roles',
      fields: columnsOf({ id: 'id', name: 'string', description: 'string', createdAt: 'date', updatedAt: 'date' }),
      relations: { users: many(() => tables.Users, { table: 'latchkey_user_roles', from: 'role_id', to: 'user_id' }) },
      otherFields: ['permissions'],
      type: 'Role',
      json: ['permissions'],
      required: ['id', 'name', 'createdAt', 'updatedAt'],
      order: [{ field: 'name', direction: 'ASC' }]
    }),
    ApiTokens: listed({
      name: 'ApiTokens',
      table: 'latchkey_api_tokens',
      fields: columnsOf({ id: 'id', name: 'string', expiresAt: 'date', lastUsedAt: 'date', revokedAt: 'date', createdAt: 'date', updatedAt: 'date', createdBy: 'id' }),
      relations: { roles: roles('latchkey_api_token_roles', 'token_id') },
      otherFields: [],
      type: 'ApiToken',
      json: [],
      required: ['id', 'name', 'createdAt', 'updatedAt'],
      order: [{ field: 'name', direction: 'ASC' }]
    }),
    AuditEvents: listed({
      name: 'AuditEvents',
      table: 'latchkey_audit_events',
      fields: {
        ...columnsOf({ id: 'id', createdAt: 'date', actorKind: 'string', actorId: 'id', actorName: 'string', action: 'string' }),
        table: { column: 'resource', type: 'string' },
        ...columnsOf({ recordId: 'id' })
      },
      otherFields: ['before', 'after'],
      type: 'AuditEvent',
      json: ['before', 'after'],
      required: ['id', 'createdAt', 'actorKind', 'action', 'table', 'recordId'],
      order: [{ field: 'createdAt', direction: 'DESC' }]
    }),
    SignIns: listed({
      name: 'SignIns',
      table: 'latchkey_sign_ins',
      fields: columnsOf({ id: 'id', createdAt: 'date', userId: 'id', profileId: 'id', issuer: 'string', subject: 'string', ip: 'string', userAgent: 'string' }),
      relations: { user: { kind: 'one', table: () => tables.Users, from: 'user_id', to: 'id' } },
      otherFields: ['profileName'],
      type: 'SignIn',
      json: [],
      required: ['id', 'createdAt', 'userId', 'profileId', 'issuer', 'subject'],
      order: [{ field: 'createdAt', direction: 'DESC' }]
    }),
    AuthenticationProfiles: {
      name: 'AuthenticationProfiles',
      table: 'latchkey_authentication_profiles',
      fields: columnsOf({
        id: 'id', name: 'string', type: 'string', clientId: 'string', domain: 'string', issuer: 'string', selfSignUpEnabled: 'boolean', createdAt: 'date', updatedAt: 'date'
      }),
      relations: { roles: roles('latchkey_authentication_profile_roles', 'profile_id') },
      otherFields: [
        'audiences', 'secret', 'hasSecret', 'selfSignUpEmailDomains', 'linkByEmail', 'onEmailChange', 'callbackUrls', 'logoutUrls',
        'databaseName', 'managementDomain', 'attributes', 'options', 'position', 'declaredInConfiguration'
      ]
    },
    AuthenticationSettings: {
      name: 'AuthenticationSettings',
      table: 'latchkey_authentication_settings',
      fields: {},
      otherFields: ['allowedCallbacks', 'allowedLogouts', 'allowedWebOrigins', 'updatedAt']
    }
  }
  return tables
}

/** Every field of a table that permissions may name. */
export function fieldNames ({ fields, relations, otherFields }: DescribedTable): string[] {
  return [...Object.keys(fields), ...Object.keys(relations ?? {}), ...otherFields]
}

/** Fields whose columns have the same name in snake case. */
function columnsOf (types: Readonly<Record<string, ColumnType>>): Record<string, Column> {
  return Object.fromEntries(Object.entries(types).map(([field, type]) => [field, { column: field.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`), type }]))
}

/** A relation by the ids in a join table. */
function many (table: Relation['table'], through: NonNullable<Relation['through']>): Relation {
  return { kind: 'many', table, from: 'id', to: 'id', through }
}

/** Converts tables, each once, to the form that filters of queries use. */
function queriedBy (users: () => FilterableTable): (table: FilterableTable) => FilterableTable {
  const made = new Map<string, FilterableTable>()
  return function queried (table) {
    const known = made.get(table.name)
    if (known !== undefined) return known
    const { createdBy, ...fields } = table.fields
    const relations = Object.entries(table.relations ?? {}).map(([name, relation]): [string, Relation] => [name, { ...relation, table: () => queried(relation.table()) }])
    if (createdBy !== undefined) relations.push(['createdBy', { kind: 'one', table: () => queried(users()), from: createdBy.column, to: 'id' }])
    const result: FilterableTable = { ...table, fields, relations: Object.fromEntries(relations) }
    made.set(table.name, result)
    return result
  }
}
