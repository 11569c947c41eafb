import { textType } from '@latchkey/database'
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { UserColumn } from '../user.js'
import type { Violation } from './index.js'

/** The type of every text column. */
export const text: RawBuilder<unknown> = textType('postgres')
export const boolean: RawBuilder<unknown> = sql`boolean`
export const no: RawBuilder<unknown> = sql`false`

/** The SQL type with which a column of the app is added. */
export const columnTypes: Readonly<Record<UserColumn['type'], RawBuilder<unknown>>> = {
  string: text,
  number: sql`double precision`,
  boolean,
  date: text
}

/**
 * The SQL types that an existing column of the app may have. Types that the driver returns as text (bigint, numeric) are
 * not accepted, nor are time types: dates are stored as text, and filters and lists compare them as text.
 */
export const presentTypes: Readonly<Record<UserColumn['type'], readonly string[]>> = {
  string: ['text', 'varchar'],
  number: ['float8', 'int4', 'int2'],
  boolean: ['bool'],
  date: ['text', 'varchar']
}

/** Converts a value to one that the driver can bind. PostgreSQL's driver can bind all of ours. */
export function toStored (value: unknown): unknown {
  return value
}

const UNIQUE_VIOLATION = '23505'
const FOREIGN_KEY_VIOLATION = '23503'
/** Data exceptions (a value that its column cannot hold) and integrity constraints. */
const CLASSES_OF_BAD_VALUES = ['22', '23']
const DEADLOCK_DETECTED = '40P01'
/** An arbitrary number that nobody else locks: "latchkey" on a phone keypad. */
const SCHEMA_LOCK = 52824539

interface DatabaseError {
  readonly code?: unknown
  readonly column?: string
  /** The name in pg and PGlite. */
  readonly constraint?: string
  /** The name in postgres.js. */
  readonly constraint_name?: string
}

export function violationOf (error: unknown): Violation | null {
  const { code, column, constraint, constraint_name: name = constraint } = (error ?? {}) as DatabaseError
  if (typeof code !== 'string' || code.length !== 5 || !CLASSES_OF_BAD_VALUES.includes(code.slice(0, 2))) return null
  if (code === FOREIGN_KEY_VIOLATION) return { kind: 'reference' }
  if (code === UNIQUE_VIOLATION) {
    if (name === 'latchkey_users_email') return { kind: 'email' }
    if (name === 'latchkey_user_identities_pkey') return { kind: 'identity' }
  }
  return { kind: 'other', column }
}

/** Whether the server aborted this transaction to resolve a deadlock. */
export function isDeadlock (error: unknown): boolean {
  return (error as DatabaseError | undefined)?.code === DEADLOCK_DETECTED
}

/** Runs a schema change in one transaction, while no other instance does. */
export async function changeSchema<DB> (db: Kysely<DB>, change: (db: Kysely<DB>) => Promise<void>): Promise<void> {
  await db.transaction().execute(async transaction => {
    await sql`select pg_advisory_xact_lock(${sql.lit(SCHEMA_LOCK)})`.execute(transaction)
    await change(transaction)
  })
}
