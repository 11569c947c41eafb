/** SQL: `latchkey_audit_events`. Times are ISO 8601 text in UTC. */
export interface AuditEventsTable {
  id: string
  created_at: string
  actor_kind: string
  /** The ID of the user or API token. `null` for a guest and an operator. */
  actor_id: string | null
  /** The user's email at that time. */
  actor_name: string | null
  action: string
  resource: string
  record_id: string
  /** JSON of the fields before the event; `after` likewise. For a change, only those that differ. */
  before: string | null
  after: string | null
}

declare module '@latchkey/database' {
  interface Tables {
    latchkey_audit_events: AuditEventsTable
  }
}
