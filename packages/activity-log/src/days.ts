import { ACTIVITY_LOG_ERR_INVALID_RANGE, type Details } from './errors.js'
import type { DayRange } from './activity-log.js'

export const DAY_MS = 24 * 60 * 60 * 1000
const DEFAULT_DAYS = 30
const MAX_DAYS = 366

/** The UTC day of a time: `2026-01-31`. */
export function dayOf (ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

/**
 * The days of a range, oldest first.
 *
 * @param now milliseconds since 1970
 * @throws ACTIVITY_LOG_ERR_INVALID_RANGE
 */
export function daysOf ({ from, to }: DayRange, now: number): string[] {
  const [first, last] = [from == null ? undefined : readDay(from), to == null ? now : readDay(to)]
  const details: Details = { ...first === null && { from: notADay }, ...last === null && { to: notADay } }
  if (first === null || last === null) throw new ACTIVITY_LOG_ERR_INVALID_RANGE(details)
  const count = first === undefined ? DEFAULT_DAYS : Math.floor(last / DAY_MS) - Math.floor(first / DAY_MS) + 1
  if (count < 1) throw new ACTIVITY_LOG_ERR_INVALID_RANGE({ from: 'must not be after to, which defaults to today in UTC' })
  if (count > MAX_DAYS) throw new ACTIVITY_LOG_ERR_INVALID_RANGE({ from: `must be at most ${MAX_DAYS} days before to, both inclusive. Request one year at a time` })
  return Array.from({ length: count }, (_, index) => dayOf(last - (count - 1 - index) * DAY_MS))
}

const notADay = 'must be a day that exists, such as 2026-01-31'

function readDay (text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null
  const ms = Date.parse(`${text}T00:00:00Z`)
  // Some engines read 30 February as 2 March.
  return Number.isNaN(ms) || dayOf(ms) !== text ? null : ms
}
