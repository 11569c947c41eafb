import { inImmediateTransaction, textType } from '@latchkey/database'
import { sql, type RawBuilder } from 'kysely'
import type { UserColumn } from '../user.js'
import type { Violation } from './index.js'

/** The type of every text column. */
export const text: RawBuilder<unknown> = textType('sqlite')
export const boolean: RawBuilder<unknown> = sql`boolean`
export const no: RawBuilder<unknown> = sql`0`

/** The SQL type with which a column of the app is added. */
export const columnTypes: Readonly<Record<UserColumn['type'], RawBuilder<unknown>>> = {
  string: text,
  number: sql`real`,
  boolean,
  date: text
}

/** The SQL types that an existing column of the app may have. */
export const presentTypes: Readonly<Record<UserColumn['type'], readonly string[]>> = {
  string: ['text', 'varchar'],
  number: ['real', 'integer', 'int', 'double', 'double precision', 'float'],
  boolean: ['boolean', 'integer', 'int'],
  date: ['text', 'varchar']
}

/** Converts a value to one that the driver can bind: it does not support booleans. */
export function toStored (value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : value
}

/** Parses the message, which is the only thing that all SQLite drivers have in common. */
export function violationOf (error: unknown): Violation | null {
  const message = error instanceof Error ? error.message : ''
  const [, constraint, subject = ''] = /(\S+) constraint failed(?:: (.*))?/.exec(message) ?? []
  if (constraint === undefined) return null
  if (constraint === 'FOREIGN') return { kind: 'reference' }
  if (constraint === 'UNIQUE') {
    if (subject === 'latchkey_users.email') return { kind: 'email' }
    if (subject.startsWith('latchkey_user_identities.')) return { kind: 'identity' }
  }
  return { kind: 'other', column: /^latchkey_users\.(\w+)$/.exec(subject)?.[1] }
}

/** SQLite has one writer at a time and no deadlocks. */
export function isDeadlock (): boolean {
  return false
}

/** Runs a schema change in one transaction, while no other instance does. */
export const changeSchema = inImmediateTransaction
