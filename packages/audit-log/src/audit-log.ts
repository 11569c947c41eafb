import type { Tables } from '@latchkey/database'
import type { Principal } from '@latchkey/role-permissions'
import type { Transaction } from 'kysely'

/** Who did something: a principal, or the app itself at the word of who runs it (`latchkey doctor --fix`). */
export type Actor = Principal | { readonly kind: 'operator' }

/** A record as people may see it: never a secret. */
export type AuditedRecord = Readonly<Record<string, unknown>>

/** Something that was done to a record. */
export interface NewAuditEvent {
  readonly principal: Actor
  /** In the words of permissions: `create`, `update`, `delete`; or `invite`, `signUp`, `viewAs`. */
  readonly action: string
  /** The table, as permissions call it. */
  readonly table: string
  readonly recordId: string
  /** As it was; `null` where it was not there, or nothing is said of it. */
  readonly before: AuditedRecord | null
  /** As it is; `null` where it is gone. */
  readonly after: AuditedRecord | null
}

/** An event as it is kept. */
export interface AuditEvent {
  readonly id: string
  /** ISO 8601 in UTC. */
  readonly createdAt: string
  readonly actorKind: Actor['kind']
  /** The id of the user or API token; `null` for a guest and an operator. */
  readonly actorId: string | null
  /** The email of the user, as it was then. */
  readonly actorName: string | null
  readonly action: string
  readonly table: string
  readonly recordId: string
  /** The fields of the record; of a change only those that differ. */
  readonly before: AuditedRecord | null
  readonly after: AuditedRecord | null
}

/** What `fastify.auditLog` can do. */
export interface AuditLog {
  /**
   * Notes what was done, in the transaction that does it: both are there, or neither is.
   * A change that changed nothing is not noted.
   */
  record (transaction: Transaction<Tables>, event: NewAuditEvent): Promise<void>
  /** The events of these ids, in no order. */
  read (ids: readonly string[]): Promise<AuditEvent[]>
}
