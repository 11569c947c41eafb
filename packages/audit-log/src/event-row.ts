import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Actor, AuditedRecord, AuditEvent, NewAuditEvent } from './audit-log.js'
import type { AuditEventsTable } from './tables.js'

/** The row of an event. `null` if nothing changed. */
export function toRow ({ principal, action, table, recordId, before, after }: NewAuditEvent): AuditEventsTable | null {
  const differing = before === null || after === null ? null : differingFields(before, after)
  if (differing !== null && differing.length === 0) return null
  return {
    id: randomUUID(),
    created_at: new Date().toISOString(),
    ...actorColumns(principal),
    action,
    resource: table,
    record_id: recordId,
    before: json(before, differing),
    after: json(after, differing)
  }
}

export function toEvent (row: AuditEventsTable): AuditEvent {
  return {
    id: row.id,
    createdAt: row.created_at,
    actorKind: row.actor_kind as Actor['kind'],
    actorId: row.actor_id,
    actorName: row.actor_name,
    action: row.action,
    table: row.resource,
    recordId: row.record_id,
    before: read(row.before),
    after: read(row.after)
  }
}

function actorColumns (actor: Actor): Pick<AuditEventsTable, 'actor_kind' | 'actor_id' | 'actor_name'> {
  switch (actor.kind) {
    case 'user':
      return { actor_kind: 'user', actor_id: actor.userId, actor_name: actor.email }
    case 'apiToken':
      return { actor_kind: 'apiToken', actor_id: actor.tokenId, actor_name: null }
    default:
      return { actor_kind: actor.kind, actor_id: null, actor_name: null }
  }
}

/** Ignores `updatedAt`. */
function differingFields (before: AuditedRecord, after: AuditedRecord): string[] {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...fields].filter(field => field !== 'updatedAt' && !isDeepStrictEqual(before[field], after[field]))
}

function json (record: AuditedRecord | null, fields: readonly string[] | null): string | null {
  if (record === null) return null
  return JSON.stringify(fields === null ? record : Object.fromEntries(fields.map(field => [field, record[field]])))
}

function read (text: string | null): AuditedRecord | null {
  return text === null ? null : JSON.parse(text) as AuditedRecord
}
