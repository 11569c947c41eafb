import type { ActivityDay } from '@latchkey/activity-log'
import type { FastifyInstance } from 'fastify'

/** What was counted yesterday and today, in UTC, as if it were one day: midnight may fall between two statements of a test. */
export async function recentActivity ({ activityLog }: FastifyInstance): Promise<Omit<ActivityDay, 'day'>> {
  const [yesterday, today] = (await activityLog.perDay()).slice(-2) as [ActivityDay, ActivityDay]
  const counts = new Map<string, number>()
  for (const { reason, count } of [...yesterday.refusals, ...today.refusals]) counts.set(reason, (counts.get(reason) ?? 0) + count)
  return {
    signIns: yesterday.signIns + today.signIns,
    signUps: yesterday.signUps + today.signUps,
    refused: yesterday.refused + today.refused,
    refusals: [...counts].map(([reason, count]) => ({ reason, count })).sort((one, other) => other.count - one.count || (one.reason < other.reason ? -1 : 1))
  }
}
