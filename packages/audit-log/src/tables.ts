/** SQL: `latchkey_audit_events`. Times are ISO 8601 text in UTC. */
export interface AuditEventsTable {
  id: string
  created_at: string
  actor_kind: string
  /** The id of the user or API token; `null` for a guest and for the system. */
  actor_id: string | null
  /** What that one was called then: the email of a user. */
  actor_name: string | null
  action: string
  resource: string
  record_id: string
  /** JSON of the fields, before and after; of a change only those that differ. */
  before: string | null
  after: string | null
}

declare module '@latchkey/database' {
  interface Tables {
    latchkey_audit_events: AuditEventsTable
  }
}
