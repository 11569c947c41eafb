import { inImmediateTransaction, textType } from '@latchkey/database'
import { sql, type RawBuilder } from 'kysely'
import type { UserColumn } from '../user.js'
import type { Violation } from './index.js'

/** The type of every text column. */
export const text: RawBuilder<unknown> = textType('sqlite')
export const boolean: RawBuilder<unknown> = sql`boolean`
export const no: RawBuilder<unknown> = sql`0`

/** The SQL type that a column of the app is added with. */
export const columnTypes: Readonly<Record<UserColumn['type'], RawBuilder<unknown>>> = {
  string: text,
  number: sql`real`,
  boolean,
  date: text
}

/** The SQL types that a column of the app may have already. */
export const presentTypes: Readonly<Record<UserColumn['type'], readonly string[]>> = {
  string: ['text', 'varchar'],
  number: ['real', 'integer', 'int', 'double', 'double precision', 'float'],
  boolean: ['boolean', 'integer', 'int'],
  date: ['text', 'varchar']
}

/** What of a value the driver can bind: it knows no booleans. */
export function toStored (value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : value
}

/** Reads the message, the one thing in which the drivers for SQLite agree. */
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

/** Runs a change of the schema while no other copy of the app does, all of it or nothing. */
export const changeSchema = inImmediateTransaction
