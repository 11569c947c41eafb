import type { Tables } from '@latchkey/database'
import type { Kysely } from 'kysely'
import type { ActivityDay, DayRange } from './activity-log.js'
import { daysOf } from './days.js'

interface Row {
  readonly kind: string
  readonly detail: string
  readonly count: number
}

/**
 * @param now milliseconds since 1970
 * @throws ACTIVITY_LOG_ERR_INVALID_RANGE
 */
export async function readDays (db: Kysely<Tables>, range: DayRange, now: number): Promise<ActivityDay[]> {
  const days = daysOf(range, now)
  const found = await db.selectFrom('latchkey_activity_counts').selectAll()
    .where('day', '>=', days[0] as string).where('day', '<=', days.at(-1) as string)
    .execute()
  const byDay = new Map<string, Row[]>(days.map(day => [day, []]))
  for (const { day, kind, detail, count } of found) byDay.get(day)?.push({ kind, detail, count: Number(count) })
  return [...byDay].map(([day, rows]) => toDay(day, rows))
}

function toDay (day: string, rows: readonly Row[]): ActivityDay {
  const refusals = rows.filter(({ kind }) => kind === 'refusal').map(({ detail: reason, count }) => ({ reason, count }))
    .sort((one, other) => other.count - one.count || (one.reason < other.reason ? -1 : 1))
  return { day, signIns: sumOf(rows, 'signIn'), signUps: sumOf(rows, 'signUp'), refused: sumOf(rows, 'refusal'), refusals }
}

function sumOf (rows: readonly Row[], wanted: string): number {
  return rows.reduce((sum, { kind, count }) => kind === wanted ? sum + count : sum, 0)
}
