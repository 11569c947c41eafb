import { isStorableText } from '@latchkey/database'
import { IsDate, IsDateTime } from 'typebox/format'
import { normalizeEmail } from './email.js'
import { USERS_STORE_ERR_INVALID_USER } from './errors.js'
import type { UserColumn, UserIdentity } from './user.js'
import { columnName, type Columns } from './user-row.js'

/** Returns what is wrong with a value, phrased to follow the field's name; `null` if it is valid. */
type Check = (value: unknown) => string | null

/** How a field is checked and stored. */
interface Rule {
  readonly column: string
  readonly check: Check
  readonly store?: (value: never) => unknown
}

/** Values to store, by SQL column. */
export type StoredValues = Readonly<Record<string, unknown>>

/** Validates the input for a user. */
export interface UserValidation {
  /** @throws USERS_STORE_ERR_INVALID_EMAIL, USERS_STORE_ERR_INVALID_USER with `details` by field */
  newUser (user: unknown): StoredValues & { readonly email: string }
  /** @throws USERS_STORE_ERR_INVALID_EMAIL, USERS_STORE_ERR_INVALID_USER with `details` by field */
  change (change: unknown): StoredValues
}

const MAX_TEXT_LENGTH = 255
const MAX_OWN_TEXT_LENGTH = 4096
const MAX_URL_LENGTH = 2048
const MAX_STATUS_LENGTH = 64
/** Two of these plus the overhead of a row fit into a PostgreSQL index entry (at most 2704 bytes). */
const MAX_IDENTITY_BYTES = 1024

/** @param columns the app's own columns; their values are checked by type */
export function createUserValidation (columns: Columns): UserValidation {
  const changeable = new Map<string, Rule>([
    ['firstName', { column: 'first_name', check: orNull(text(0, MAX_TEXT_LENGTH)) }],
    ['lastName', { column: 'last_name', check: orNull(text(0, MAX_TEXT_LENGTH)) }],
    ['status', { column: 'status', check: text(1, MAX_STATUS_LENGTH) }],
    ['timezone', { column: 'timezone', check: orNull(timezone) }],
    ['avatar', { column: 'avatar', check: orNull(avatar), store: storeAvatar }],
    ...Object.entries(columns).map(([field, { type }]): [string, Rule] => [field, { column: columnName(field), ...ownRules[type] }])
  ])
  const creatable = new Map<string, Rule>([
    ...changeable,
    ['origin', { column: 'origin', check: orNull(text(1, MAX_TEXT_LENGTH)) }],
    ['createdBy', { column: 'created_by', check: orNull(text(1, MAX_TEXT_LENGTH)) }]
  ])
  return {
    newUser: user => {
      const { email, ...rest } = (user ?? {}) as Record<string, unknown>
      return { email: normalizeEmail(email as string), ...storedValues(rest, creatable, 'is not a field of a new user') }
    },
    change: change => {
      const { email, ...rest } = (change ?? {}) as Record<string, unknown>
      return { ...email !== undefined && { email: normalizeEmail(email as string) }, ...storedValues(rest, changeable, 'cannot be changed') }
    }
  }
}

/** @throws USERS_STORE_ERR_INVALID_USER if the issuer or subject cannot be stored */
export function checkIdentity ({ issuer, subject }: UserIdentity): void {
  const details = Object.entries({ issuer, subject }).flatMap(([field, value]) => {
    const fits = isStorableText(value) && value !== '' && Buffer.byteLength(value) <= MAX_IDENTITY_BYTES
    return fits ? [] : [[`identity.${field}`, `must be text of 1 to ${MAX_IDENTITY_BYTES} bytes`]]
  })
  if (details.length > 0) throw new USERS_STORE_ERR_INVALID_USER(Object.fromEntries(details))
}

function storedValues (given: Readonly<Record<string, unknown>>, rules: ReadonlyMap<string, Rule>, unknownField: string): StoredValues {
  const details: [string, string][] = []
  const values: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(given)) {
    if (value === undefined) continue
    const rule = rules.get(field)
    const mistake = rule === undefined ? unknownField : rule.check(value)
    if (mistake !== null) details.push([field, mistake])
    else if (rule !== undefined) values[rule.column] = value === null || rule.store === undefined ? value : rule.store(value as never)
  }
  // Object.fromEntries is safe for a field named __proto__.
  if (details.length > 0) throw new USERS_STORE_ERR_INVALID_USER(Object.fromEntries(details))
  return values
}

const ownRules: Readonly<Record<UserColumn['type'], Omit<Rule, 'column'>>> = {
  string: { check: orNull(text(0, MAX_OWN_TEXT_LENGTH)) },
  number: { check: orNull(value => Number.isFinite(value) ? null : 'must be a number') },
  boolean: { check: orNull(value => typeof value === 'boolean' ? null : 'must be true or false') },
  date: { check: orNull(date), store: (value: string) => new Date(value).toISOString() }
}

function orNull (check: Check): Check {
  return value => value === null ? null : check(value)
}

function text (minimum: number, maximum: number): Check {
  return value => {
    if (typeof value !== 'string' || value.length < minimum || value.length > maximum) return `must be text of ${minimum} to ${maximum} characters`
    return isStorableText(value) ? null : 'must not contain NUL characters or lone surrogates'
  }
}

function timezone (value: unknown): string | null {
  const mistake = 'must be an IANA time zone, for example Europe/Berlin'
  // Newer versions of Node.js also accept offsets such as +01:00.
  if (typeof value !== 'string' || !/^[a-z]/i.test(value)) return mistake
  try {
    Intl.DateTimeFormat('en', { timeZone: value })
    return null
  } catch {
    return mistake
  }
}

function date (value: unknown): string | null {
  const isDate = typeof value === 'string' && (IsDate(value) || IsDateTime(value)) && !Number.isNaN(Date.parse(value))
  // An offset can move the time out of the four-digit years; only those sort correctly as text.
  return isDate && /^\d{4}-/.test(new Date(value).toISOString()) ? null : 'must be a date (2026-01-31) or a time (2026-01-31T12:00:00Z)'
}

function avatar (value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object with id and downloadUrl'
  const { id = null, downloadUrl = null, ...rest } = value as Record<string, unknown>
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) return 'must have no fields other than id and downloadUrl'
  const mistake = orNull(text(1, MAX_TEXT_LENGTH))(id)
  if (mistake !== null) return `id ${mistake}`
  return downloadUrl === null || isWebAddress(downloadUrl) ? null : `downloadUrl must be an http or https URL of at most ${MAX_URL_LENGTH} characters`
}

function isWebAddress (value: unknown): boolean {
  return isStorableText(value) && value.length <= MAX_URL_LENGTH && /^https?:\/\/[^\s\p{Control}]+$/iu.test(value) && URL.canParse(value)
}

function storeAvatar ({ id = null, downloadUrl = null }: { id?: string | null, downloadUrl?: string | null }): string {
  return JSON.stringify({ id, downloadUrl })
}
