import { GRAPHQL_API_ERR_INVALID_ARGUMENT } from '../errors.js'

/** So long before or after now. */
export interface RelativeDate {
  readonly op?: 'ADD' | 'SUB' | null
  readonly unit?: keyof typeof units | null
  /** A whole number, as text. */
  readonly value: string
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Units in milliseconds or, since they differ in length, in months. */
const units = {
  SECOND: { milliseconds: 1000 },
  MINUTE: { milliseconds: MINUTE },
  HOUR: { milliseconds: HOUR },
  DAY: { milliseconds: DAY },
  WEEK: { milliseconds: 7 * DAY },
  MONTH: { months: 1 },
  QUARTER: { months: 3 },
  YEAR: { months: 12 }
} as const

/** The names of the units. */
export const unitNames = Object.keys(units)

/**
 * The time that is meant, as ISO 8601.
 *
 * @throws GRAPHQL_API_ERR_INVALID_ARGUMENT where there is no such time
 */
export function timeOf ({ op, unit, value }: RelativeDate, now: Date): string {
  if (!/^-?\d{1,9}$/.test(value)) throw invalid('must have a whole number as value, for example "7"')
  const amount = Number(value) * (op === 'SUB' ? -1 : 1)
  const length = units[unit ?? 'DAY']
  const time = 'months' in length ? monthsLater(now, amount * length.months) : new Date(now.getTime() + amount * length.milliseconds)
  const year = time.getUTCFullYear()
  if (!(year >= 0 && year <= 9999)) throw invalid('must lead to a year between 0 and 9999')
  return time.toISOString()
}

/** On the same day of the month or, where that month is shorter, on its last. */
function monthsLater (date: Date, months: number): Date {
  const later = new Date(date)
  later.setUTCMonth(date.getUTCMonth() + months)
  if (later.getUTCDate() !== date.getUTCDate()) later.setUTCDate(0)
  return later
}

function invalid (reason: string): Error {
  return new GRAPHQL_API_ERR_INVALID_ARGUMENT({ filter: `relative ${reason}` })
}
