import type { SchemaArea } from './schema-area.js'

/** The type `AuditEvent`. Events are made by the changes that they note, and read by `auditEventsList`. */
export const auditEvents: SchemaArea = {
  types: `
    "Something that was done to a record."
    type AuditEvent {
      id: ID
      createdAt: DateTime
      "user, apiToken, guest, or operator for what was done on the machine itself"
      actorKind: String
      "The id of the user or API token."
      actorId: ID
      "The email of the user, as it was then."
      actorName: String
      "create, update, delete, invite, signUp, viewAs, …"
      action: String
      "The table of the record, as permissions call it."
      table: String
      recordId: ID
      "The record as it was; of a change only the fields that differ."
      before: JSON
      "The record as it became; of a change only the fields that differ."
      after: JSON
    }`
}
