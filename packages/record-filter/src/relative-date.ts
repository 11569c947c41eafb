import { joinPath } from './did-you-mean.js'
import { invalidFilter } from './invalid-filter.js'

/** An offset from the time at which a filter is used. */
export type RelativeDate = { readonly milliseconds: number } | { readonly months: number }

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Units in milliseconds or, if their length varies, in months. */
const units: Readonly<Record<string, RelativeDate>> = {
  SECOND: { milliseconds: 1000 },
  MINUTE: { milliseconds: MINUTE },
  HOUR: { milliseconds: HOUR },
  DAY: { milliseconds: DAY },
  WEEK: { milliseconds: 7 * DAY },
  MONTH: { months: 1 },
  QUARTER: { months: 3 },
  YEAR: { months: 12 }
}

/** The units of relative dates in filters. */
export const relativeUnits: readonly string[] = Object.freeze(Object.keys(units))

/** Keeps results within four-digit years. */
const MOST_MONTHS = 12 * 1000
const MOST_MILLISECONDS = 1000 * 365 * DAY

/**
 * Reads `{ "op": "SUB", "unit": "DAY", "value": "7" }`. The defaults are `ADD` (later) and `DAY`.
 *
 * @throws RECORD_FILTER_ERR_INVALID
 */
export function readRelativeDate (json: unknown, path: string): RelativeDate {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw invalidFilter(path, 'must be an object, for example { "op": "SUB", "unit": "DAY", "value": 7 }')
  const { op = 'ADD', unit = 'DAY', value, ...others } = json as Record<string, unknown>
  const [other] = Object.keys(others)
  if (other !== undefined) throw invalidFilter(joinPath(path, other), 'is unknown: use op, unit and value')
  if (op !== 'ADD' && op !== 'SUB') throw invalidFilter(joinPath(path, 'op'), 'must be ADD (after now) or SUB (before now)')
  const length = typeof unit === 'string' && Object.hasOwn(units, unit) ? units[unit] : undefined
  if (length === undefined) throw invalidFilter(joinPath(path, 'unit'), `must be one of ${relativeUnits.join(', ')}`)
  if (!/^-?\d{1,15}$/.test(String(value))) throw invalidFilter(joinPath(path, 'value'), 'must be a whole number, for example 7')
  const amount = Number(value) * (op === 'SUB' ? -1 : 1)
  const tooFar = 'months' in length ? Math.abs(length.months * amount) > MOST_MONTHS : Math.abs(length.milliseconds * amount) > MOST_MILLISECONDS
  if (tooFar) throw invalidFilter(joinPath(path, 'value'), 'must be within a thousand years')
  return Object.freeze('months' in length ? { months: length.months * amount } : { milliseconds: length.milliseconds * amount })
}

/** Returns the time in the format of a `date` column. */
export function timeOf (date: RelativeDate, now: Date): string {
  return ('months' in date ? monthsLater(now, date.months) : new Date(now.getTime() + date.milliseconds)).toISOString()
}

/** The same day of the month or, in a shorter month, its last day. */
function monthsLater (date: Date, months: number): Date {
  const later = new Date(date)
  later.setUTCMonth(date.getUTCMonth() + months)
  if (later.getUTCDate() !== date.getUTCDate()) later.setUTCDate(0)
  return later
}
