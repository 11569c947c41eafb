import type { Tables } from '@latchkey/database'
import type { Principal } from '@latchkey/role-permissions'
import type { Transaction } from 'kysely'

/** Who did something: a principal, or the operator of the app (`latchkey doctor --fix`). */
export type Actor = Principal | { readonly kind: 'operator' }

/** The visible fields of a record, never a secret. */
export type AuditedRecord = Readonly<Record<string, unknown>>

/** An event to record. */
export interface NewAuditEvent {
  readonly principal: Actor
  /** An action of permissions (`create`, `update`, `delete`), or `invite`, `signUp`, `viewAs`. */
  readonly action: string
  /** The table's name in permissions. */
  readonly table: string
  readonly recordId: string
  /** The record before. `null` if it did not exist, or is not given. */
  readonly before: AuditedRecord | null
  /** The record after. `null` if it no longer exists. */
  readonly after: AuditedRecord | null
}

/** A recorded event. */
export interface AuditEvent {
  readonly id: string
  /** ISO 8601 in UTC. */
  readonly createdAt: string
  readonly actorKind: Actor['kind']
  /** The ID of the user or API token. `null` for a guest and an operator. */
  readonly actorId: string | null
  /** The user's email at that time. */
  readonly actorName: string | null
  readonly action: string
  readonly table: string
  readonly recordId: string
  /** The fields of the record. For a change, only those that differ. */
  readonly before: AuditedRecord | null
  readonly after: AuditedRecord | null
}

/** The decorator `fastify.auditLog`. */
export interface AuditLog {
  /**
   * Records an event in the transaction of the change, so that both are stored or neither.
   * A change without differences is not recorded.
   */
  record (transaction: Transaction<Tables>, event: NewAuditEvent): Promise<void>
  /** The events with these IDs, in no particular order. */
  read (ids: readonly string[]): Promise<AuditEvent[]>
}
