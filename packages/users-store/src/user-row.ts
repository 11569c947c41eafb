import { sql, type AliasedRawBuilder } from 'kysely'
import type { UserColumns } from './index.js'
import type { Avatar, User, UserColumn } from './user.js'

/** The app's own columns of the Users table, by field name. */
export type Columns = Readonly<Record<string, UserColumn>>

/** A row of `latchkey_users` as selected with `userColumns`; other keys are ignored. */
export type UserRow = Readonly<Record<string, unknown>>

/** The store's own fields: their columns, and the type by which their values compare. */
export const ownFields = {
  id: { column: 'id', type: 'id' },
  email: { column: 'email', type: 'string' },
  firstName: { column: 'first_name', type: 'string' },
  lastName: { column: 'last_name', type: 'string' },
  status: { column: 'status', type: 'string' },
  timezone: { column: 'timezone', type: 'string' },
  avatar: { column: 'avatar', type: 'json' },
  origin: { column: 'origin', type: 'string' },
  is8base: { column: 'is_8base', type: 'boolean' },
  createdAt: { column: 'created_at', type: 'date' },
  updatedAt: { column: 'updated_at', type: 'date' },
  createdBy: { column: 'created_by', type: 'id' }
} as const

/** The SQL name of a column declared by the app: `hiredAt` becomes `hired_at`. */
export function columnName (field: string): string {
  return field.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}

/**
 * The columns to select so that `rowToUser` can read the row, for queries that join users with other tables.
 *
 * @param columns `fastify.usersStore.columns`
 * @param alias the query's alias for `latchkey_users`
 */
export function userColumns (columns: Columns, alias = 'latchkey_users'): AliasedRawBuilder<unknown, string>[] {
  const names = [...Object.values(ownFields).map(field => field.column), ...Object.keys(columns).map(columnName)]
  return names.map(name => sql.ref(`${alias}.${name}`).as(name))
}

/**
 * Reads the user from a row selected with `userColumns`.
 *
 * @param columns `fastify.usersStore.columns`
 */
export function rowToUser (row: UserRow, columns: Columns): User {
  const own: Record<string, unknown> = {}
  for (const [field, { type }] of Object.entries(columns)) own[field] = readValue(row[columnName(field)], type)
  return {
    id: row.id as string,
    email: row.email as string,
    firstName: row.first_name as string | null,
    lastName: row.last_name as string | null,
    status: row.status as string,
    timezone: row.timezone as string | null,
    avatar: row.avatar === null ? null : JSON.parse(row.avatar as string) as Avatar,
    origin: row.origin as string | null,
    is8base: Boolean(row.is_8base),
    createdAt: row.created_at as string,
    updatedAt: row.updated_at as string,
    createdBy: row.created_by as string | null,
    // Spread last: V8 creates a new hidden class for every object that gets properties after a spread.
    ...own as UserColumns
  }
}

function readValue (value: unknown, type: UserColumn['type']): unknown {
  if (value === null || value === undefined) return null
  if (type === 'boolean') return Boolean(value)
  return value instanceof Date ? value.toISOString() : value
}

/** The column of a field and the type by which its values compare, as filters and sorting need them. */
export interface UsersTableField {
  readonly column: string
  readonly type: 'id' | 'string' | 'number' | 'boolean' | 'date'
}

/** The Users table as filters can use it. */
export interface UsersTableDescription {
  readonly name: 'Users'
  readonly table: 'latchkey_users'
  readonly fields: Readonly<Record<string, UsersTableField>>
}

/**
 * Describes the Users table for filters and permissions, as a `FilterableTable` of `@latchkey/record-filter` (which this
 * package does not depend on). The avatar is left out because it is JSON.
 *
 * @param columns `fastify.usersStore.columns`
 */
export function describeUsersTable (columns: Columns): UsersTableDescription {
  const fields: Record<string, UsersTableField> = {}
  for (const [field, { column, type }] of Object.entries(ownFields)) {
    if (type !== 'json') fields[field] = { column, type }
  }
  for (const [field, { type }] of Object.entries(columns)) fields[field] = { column: columnName(field), type }
  return { name: 'Users', table: 'latchkey_users', fields }
}
