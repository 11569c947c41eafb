/**
 * Owns the record of sign-ins, and the counts of sign-ins, sign-ups and refusals per day: `fastify.activityLog`. Requests
 * never wait for it: it collects activity in bounded memory and writes it to the database in the background.
 * Others decide what counts as whose sign-in, and who can read it.
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
    /** Sign-ins and refusals. */
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
  // The app's Kysely plugins, such as CamelCasePlugin, would rename the columns.
  const db = fastify.db.withoutPlugins()
  // These tables are not cached, and frequent sign-ins must not invalidate other caches.
  leaveUnseen(db, ['latchkey_sign_ins', 'latchkey_activity_counts'])
  const noted = new NotedSignIns()
  const pending = new PendingActivity(maxPending)
  const writing = writeRegularly(pending, async batch => { await writeActivity(db, batch) }, fastify.log)
  const deleting = upkeep ? deleteOldRegularly(db, keptRows(keepDays), error => { fastify.log.warn({ err: { message: (error as Error).message } }, 'Could not delete old activity; trying again in an hour') }) : null

  function count (kind: Kind, detail: string): void {
    pending.count({ day: dayOf(Date.now()), kind, detail })
    writing.added()
  }

  /** With GraphQL, an error can arrive twice: from the error formatter and from Fastify. */
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
      // Skips a sign-in that would be deleted at once (it was counted on its day), and an invalid time.
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
