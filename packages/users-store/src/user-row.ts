import { sql, type AliasedRawBuilder } from 'kysely'
import type { UserColumns } from './index.js'
import type { Avatar, User, UserColumn } from './user.js'

/** The app's own columns of the Users table, by field name. */
export type Columns = Readonly<Record<string, UserColumn>>

/** A row of `latchkey_users` as selected by `userColumns`; other keys in it are ignored. */
export type UserRow = Readonly<Record<string, unknown>>

/** The store's own fields: their columns, and how their values compare. */
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

/** The SQL name of an app's own column: `hiredAt` is `hired_at`. */
export function columnName (field: string): string {
  return field.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}

/**
 * What to select so that `rowToUser` can read the row, for a query that joins users with something else.
 *
 * @param columns `fastify.usersStore.columns`
 * @param alias how the query names `latchkey_users`
 */
export function userColumns (columns: Columns, alias = 'latchkey_users'): AliasedRawBuilder<unknown, string>[] {
  const names = [...Object.values(ownFields).map(field => field.column), ...Object.keys(columns).map(columnName)]
  return names.map(name => sql.ref(`${alias}.${name}`).as(name))
}

/**
 * The user in a row that was selected with `userColumns`.
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
    // Last: V8 makes a shape for each object that something is added to after a spread.
    ...own as UserColumns
  }
}

function readValue (value: unknown, type: UserColumn['type']): unknown {
  if (value === null || value === undefined) return null
  if (type === 'boolean') return Boolean(value)
  return value instanceof Date ? value.toISOString() : value
}

/** How a field's values compare, and where they are: what filters and sorting need to know of it. */
export interface UsersTableField {
  readonly column: string
  readonly type: 'id' | 'string' | 'number' | 'boolean' | 'date'
}

/** The Users table as filters may speak of it. */
export interface UsersTableDescription {
  readonly name: 'Users'
  readonly table: 'latchkey_users'
  readonly fields: Readonly<Record<string, UsersTableField>>
}

/**
 * The Users table for filters and permissions: a `FilterableTable` of `@latchkey/record-filter`, which this
 * package does without. The avatar is not in it, since it is JSON.
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
