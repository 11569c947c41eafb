/**
 * Owns the audit log: who changed which record, when, and its state before and after: `fastify.auditLog`. Others decide
 * what is recorded and who can read it. Events never change, and are deleted only after their retention time.
 */
import { deleteOldRegularly } from '@latchkey/database'
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import type { AuditLog } from './audit-log.js'
import { toEvent, toRow } from './event-row.js'
import { migrateAuditLog, packageName } from './migrations.js'
import { resolveOptions, type AuditLogOptions } from './options.js'
import './tables.js'

export type { Actor, AuditedRecord, AuditEvent, AuditLog, NewAuditEvent } from './audit-log.js'
export * as errors from './errors.js'
export { migrateAuditLog } from './migrations.js'
export type { AuditLogOptions } from './options.js'
export type { AuditEventsTable } from './tables.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** The audit log. */
    auditLog: AuditLog
  }
}

async function auditLog (fastify: FastifyInstance, options: AuditLogOptions): Promise<void> {
  const { migrate, keepDays } = resolveOptions(options)
  if (migrate) await migrateAuditLog(fastify.db)
  // The app's Kysely plugins, such as CamelCasePlugin, would rename the columns.
  const db = fastify.db.withoutPlugins()
  const log: AuditLog = {
    record: async (transaction, event) => {
      const row = toRow(event)
      if (row !== null) await transaction.withoutPlugins().insertInto('latchkey_audit_events').values(row).execute()
    },
    read: async ids => ids.length === 0 ? [] : (await db.selectFrom('latchkey_audit_events').selectAll().where('id', 'in', [...ids]).execute()).map(toEvent)
  }
  fastify.decorate('auditLog', Object.freeze(log))
  if (keepDays === undefined) return
  const deleting = deleteOldRegularly(db, [{ table: 'latchkey_audit_events', key: ['id'], time: 'created_at', keepDays }], error => {
    fastify.log.warn({ err: { message: (error as Error).message } }, 'Could not delete old audit events; trying again in an hour')
  })
  fastify.addHook('onClose', async () => { await deleting.stop() })
}

export default fp(auditLog, { name: packageName, fastify: '5.x', dependencies: ['@latchkey/database'] })
