/**
 * Owns the record of sign-ins, and how many sign-ins, sign-ups and refusals there were per day: `fastify.activityLog`. Requests tell
 * it in passing and wait for nothing: it keeps what it is told in bounded memory and writes it to the database by and by.
 * What a sign-in is of whom, and who may read it, is for others to decide.
 */
import { deleteOldRegularly, leaveUnseen, type KeptRows, type Tables } from '@latchkey/database'
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import type { ActivityLog } from './activity-log.js'
import { DAY_MS, dayOf } from './days.js'
import { migrateActivityLog, packageName } from './migrations.js'
import { NotedSignIns, toRow } from './noted-sign-ins.js'
import { resolveOptions, type ActivityLogOptions } from './options.js'
import { PendingActivity, type Kind } from './pending-activity.js'
import { readDays } from './per-day.js'
import { asReason, reasonOf } from './refusals.js'
import { writeRegularly } from './regular-writing.js'
import './tables.js'
import { writeActivity } from './write-activity.js'

export type { ActivityDay, ActivityLog, DayRange, NewSignIn } from './activity-log.js'
export * as errors from './errors.js'
export { migrateActivityLog } from './migrations.js'
export type { ActivityLogOptions } from './options.js'
export type { ActivityCountsTable, SignInsTable } from './tables.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Who signed in when, and what was refused. */
    activityLog: ActivityLog
  }
}

const KEEP_COUNTS_DAYS = 2 * 366

function keptRows (keepDays: number): KeptRows<Tables>[] {
  return [
    { table: 'latchkey_sign_ins', key: ['id'], time: 'created_at', keepDays },
    { table: 'latchkey_activity_counts', key: ['day', 'kind', 'detail'], time: 'day', keepDays: KEEP_COUNTS_DAYS }
  ]
}

async function activityLog (fastify: FastifyInstance, options: ActivityLogOptions): Promise<void> {
  const { keepDays, maxPending, upkeep, migrate } = resolveOptions(options)
  if (migrate) await migrateActivityLog(fastify.db)
  // A CamelCasePlugin of the app's, for example, would rename the columns of the rows.
  const db = fastify.db.withoutPlugins()
  // Nobody remembers anything of them, and many sign-ins would have all that is remembered forgotten.
  leaveUnseen(db, ['latchkey_sign_ins', 'latchkey_activity_counts'])
  const noted = new NotedSignIns()
  const pending = new PendingActivity(maxPending)
  const writing = writeRegularly(pending, async batch => { await writeActivity(db, batch) }, fastify.log)
  const deleting = upkeep ? deleteOldRegularly(db, keptRows(keepDays), error => { fastify.log.warn({ err: { message: (error as Error).message } }, 'Old activity could not be deleted: it is tried again in an hour') }) : null

  function count (kind: Kind, detail: string): void {
    pending.count({ day: dayOf(Date.now()), kind, detail })
    writing.added()
  }

  /** GraphQL may show an error to both: who formats it, and Fastify. */
  const counted = new WeakSet<object>()
  function isNew (error: unknown): boolean {
    if (typeof error !== 'object' || error === null || counted.has(error)) return false
    counted.add(error)
    return true
  }

  const service: ActivityLog = {
    signedIn: signIn => {
      if (noted.has(signIn)) return
      const now = Date.now()
      // One that would be deleted at once; its day has counted it. Nor what is no time.
      if (!(signIn.at * 1000 >= now - keepDays * DAY_MS) || !pending.addSignIn(toRow(signIn, now))) return
      noted.add(signIn)
      writing.added()
    },
    signedUp: ({ profileId }) => { count('signUp', profileId) },
    refused: reason => { count('refusal', asReason(reason)) },
    refusedBy: (...errors) => {
      for (const reason of new Set(errors.filter(isNew).map(reasonOf))) if (reason !== null) count('refusal', reason)
    },
    noteError: async (_request, _reply, error) => { service.refusedBy(error) },
    perDay: async (range = {}) => await readDays(db, range, Date.now())
  }
  fastify.decorate('activityLog', Object.freeze(service))
  fastify.addHook('onClose', async () => {
    await deleting?.stop()
    await writing.close()
  })
}

export default fp(activityLog, { name: packageName, fastify: '5.x', dependencies: ['@latchkey/database', '@latchkey/users-store'] })
