import type { SchemaArea } from './schema-area.js'

/** The type `AuditEvent`, which `auditEventsList` returns. */
export const auditEvents: SchemaArea = {
  types: `
    "A change of a record, or another recorded action. Fields that you cannot read are null."
    type AuditEvent {
      id: ID
      createdAt: DateTime
      "user, apiToken, guest, or operator (for actions on the server itself)."
      actorKind: String
      "The id of the user or API token that acted."
      actorId: ID
      "The email of the user at that time."
      actorName: String
      "For example create, update, delete, invite, signUp or viewAs."
      action: String
      "The record's table, by its name in permissions."
      table: String
      recordId: ID
      "The record before the change; for an update, only the fields that changed."
      before: JSON
      "The record after the change; for an update, only the fields that changed."
      after: JSON
    }`
}
