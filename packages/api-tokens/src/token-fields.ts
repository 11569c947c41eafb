import { isStorableText } from '@latchkey/database'
import { IsDate, IsDateTime } from 'typebox/format'
import type { ApiTokenChange, NewApiToken } from './api-token.js'
import { API_TOKENS_ERR_INVALID_FIELDS } from './errors.js'

/** Returns what is wrong with a value, as the end of a sentence that starts with the field's name. `null` if it is valid. */
type Check = (value: unknown) => string | null
type Checks = Readonly<Record<string, Check>>

const LONGEST_NAME = 100
const LONGEST_CREATOR = 255
/** Databases limit the number of parameters of a statement. */
const MOST_ROLES = 1000

/** Checks a new token's fields, and returns them in their stored form. @throws API_TOKENS_ERR_INVALID_FIELDS with `details` by field */
export function readNewToken (token: NewApiToken, now: number) {
  const { name, roles, expiresAt, createdBy } = check({ name: undefined, roles: undefined, ...token as Partial<NewApiToken> } as NewApiToken, {
    name: mistakeInName,
    roles: mistakeInIds,
    expiresAt: orNull(value => mistakeInDate(value) ?? (Date.parse(value as string) > now ? null : 'must be in the future')),
    createdBy: orNull(mistakeInCreator)
  }, 'is not a field of a new API token')
  return { name, roles: unique(roles), expiresAt: stored(expiresAt) ?? null, createdBy: createdBy ?? null }
}

/** Checks a change, and returns it in its stored form; `undefined` means unchanged. @throws API_TOKENS_ERR_INVALID_FIELDS with `details` by field */
export function readChange (change: ApiTokenChange) {
  const { name, roles, expiresAt } = check<ApiTokenChange>(change, {
    name: optional(mistakeInName),
    roles: optional(value => Array.isArray(value) ? mistakeInIds(value) : mistakeInDifference(value)),
    expiresAt: optional(orNull(mistakeInDate))
  }, 'cannot be changed')
  return { name, roles: roles === undefined ? undefined : differenceOf(roles), expiresAt: stored(expiresAt) }
}

/** The roles to add, and the roles to remove: those listed, or all others. */
export interface RolesChange {
  readonly add: readonly string[]
  readonly remove: readonly string[] | 'others'
}

function differenceOf (roles: NonNullable<ApiTokenChange['roles']>): RolesChange {
  if (isList(roles)) return { add: unique(roles), remove: 'others' }
  const add = unique(roles.add ?? [])
  return { add, remove: unique(roles.remove ?? []).filter(id => !add.includes(id)) }
}

function check<Fields extends object> (given: Fields, checks: Checks, unknownField: string): Fields {
  const details = Object.entries(given).flatMap(([field, value]) => {
    const mistake = Object.hasOwn(checks, field) ? (checks[field] as Check)(value) : unknownField
    return mistake === null ? [] : [[field, mistake] as const]
  })
  // fromEntries, because a field may be named __proto__.
  if (details.length > 0) throw new API_TOKENS_ERR_INVALID_FIELDS(Object.fromEntries(details))
  return given
}

function optional (check: Check): Check {
  return value => value === undefined ? null : check(value)
}

function orNull (check: Check): Check {
  return value => value == null ? null : check(value)
}

function mistakeInName (value: unknown): string | null {
  if (typeof value !== 'string' || value.trim() === '' || value.length > LONGEST_NAME) return `must be text of 1 to ${LONGEST_NAME} characters`
  if (value !== value.trim()) return 'must not begin or end with white space'
  return /[\p{Control}\p{Surrogate}]/u.test(value) ? 'must have no control characters' : null
}

function mistakeInCreator (value: unknown): string | null {
  return isStorableText(value) && value !== '' && value.length <= LONGEST_CREATOR ? null : `must be text of 1 to ${LONGEST_CREATOR} characters`
}

function mistakeInIds (value: unknown): string | null {
  return Array.isArray(value) && value.length <= MOST_ROLES && value.every(isStorableText) ? null : `must be a list of at most ${MOST_ROLES} role ids`
}

function mistakeInDifference (value: unknown): string | null {
  const { add = [], remove = [], ...rest } = (typeof value === 'object' ? value ?? { value } : { value }) as Record<string, unknown>
  if (Object.keys(rest).length > 0) return 'must be a list of role ids, or { add, remove } with such lists'
  return mistakeInIds(add) ?? mistakeInIds(remove)
}

function mistakeInDate (value: unknown): string | null {
  const isDate = typeof value === 'string' && (IsDate(value) || IsDateTime(value)) && !Number.isNaN(Date.parse(value))
  // An offset can lead out of four-digit years, which sort by time as text.
  return isDate && /^\d{4}-/.test(new Date(value).toISOString()) ? null : 'must be a date (2026-01-31) or a time (2026-01-31T12:00:00Z)'
}

function stored (date: string | null | undefined): string | null | undefined {
  return date == null ? date : new Date(date).toISOString()
}

function unique (ids: readonly string[]): string[] {
  return [...new Set(ids)]
}

/** `Array.isArray` for read-only lists. */
function isList (value: object): value is readonly string[] {
  return Array.isArray(value)
}
