import type { AuditLog } from '@latchkey/audit-log'
import type { Tables } from '@latchkey/database'
import type { Principal } from '@latchkey/role-permissions'
import type { Kysely } from 'kysely'
import type { SubjectInput } from './permission-subjects.js'

/** A dashboard sends many queries, so all views within a minute count as one. */
const ONCE_IN_MS = 60_000

interface NotedView {
  readonly until: number
  readonly written: Promise<void>
}

/** The recently recorded views, by audit log, sender and subject. */
const noted = new WeakMap<AuditLog, Map<string, NotedView>>()

/**
 * Records in the audit log that somebody views as a user or an API token, at most once a minute per instance. Viewing as
 * roles or as a guest shows nobody's own records, so it appears only in the app's log.
 *
 * @throws if it cannot be recorded, because nobody may view without a trace
 */
export async function noteView (db: Kysely<Tables>, auditLog: AuditLog, sender: Principal, { userId, apiTokenId }: SubjectInput): Promise<void> {
  const [table, recordId] = userId != null ? ['Users', userId] : ['ApiTokens', apiTokenId]
  if (recordId == null) return
  const views = noted.get(auditLog) ?? new Map<string, NotedView>()
  noted.set(auditLog, views)
  const now = performance.now()
  for (const [key, { until }] of views) if (until <= now) views.delete(key)
  const key = JSON.stringify([sender.kind === 'user' ? sender.userId : sender.kind === 'apiToken' ? sender.tokenId : null, table, recordId])
  const view = views.get(key) ?? { until: now + ONCE_IN_MS, written: write() }
  views.set(key, view)
  try {
    await view.written
  } catch (error) {
    // Unless another attempt has replaced it meanwhile.
    if (views.get(key) === view) views.delete(key)
    throw error
  }

  async function write (): Promise<void> {
    await db.transaction().execute(async transaction => {
      await auditLog.record(transaction, { principal: sender, action: 'viewAs', table: table as string, recordId: recordId as string, before: null, after: null })
    })
  }
}
