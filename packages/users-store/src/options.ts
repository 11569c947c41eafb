import { createOptionsCheck } from '@latchkey/plugin-options'
import Type, { type Static } from 'typebox'
import { USERS_STORE_ERR_INVALID_OPTIONS } from './errors.js'
import { columnName, ownFields, type Columns } from './user-row.js'

const columnSchema = Type.Object({
  type: Type.Union([Type.Literal('string'), Type.Literal('number'), Type.Literal('boolean'), Type.Literal('date')])
}, { additionalProperties: false })

const schema = Type.Object({
  /** Whether to create and upgrade the tables at registration. If `false`, run `migrateUsersStore` first. */
  migrate: Type.Boolean({ default: true }),
  /** The app's own columns of the Users table, by field name in camelCase. */
  columns: Type.Record(Type.String(), columnSchema, { default: {} })
}, { additionalProperties: false })

/** What `@latchkey/users-store` is registered with. */
export type UsersStoreOptions = Partial<Static<typeof schema>>
export interface ResolvedOptions { readonly migrate: boolean, readonly columns: Columns }

const check = createOptionsCheck(schema, USERS_STORE_ERR_INVALID_OPTIONS)

/** @throws USERS_STORE_ERR_INVALID_OPTIONS */
export function resolveOptions (options: UsersStoreOptions): ResolvedOptions {
  const { migrate, columns } = check(options)
  return Object.freeze({ migrate, columns: resolveColumns(columns) })
}

const IDENTIFIER = /^[a-z][A-Za-z0-9]*$/
/** PostgreSQL truncates longer names. */
const MAX_COLUMN_NAME_LENGTH = 63
/** System columns of every PostgreSQL table. */
const systemNames = new Set(['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'])

function resolveColumns (columns: Columns): Columns {
  for (const field of Object.keys(columns)) {
    const mistake = describeMistake(field)
    if (mistake !== null) throw new USERS_STORE_ERR_INVALID_OPTIONS(`columns.${field} ${mistake}`)
  }
  return Object.freeze(Object.fromEntries(Object.entries(columns).map(([field, { type }]) => [field, Object.freeze({ type })])))
}

function describeMistake (field: string): string | null {
  if (!IDENTIFIER.test(field)) return 'must be named in camelCase: a lowercase letter, then letters and digits'
  const column = columnName(field)
  if (Object.hasOwn(ownFields, field)) return 'is a field that every user has: choose another name'
  if (systemNames.has(column)) return 'is a name that PostgreSQL reserves: choose another name'
  if (column.length > MAX_COLUMN_NAME_LENGTH) return `is too long: the column name ${column} has more than ${MAX_COLUMN_NAME_LENGTH} characters`
  return null
}
