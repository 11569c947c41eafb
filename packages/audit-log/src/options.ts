import { createOptionsCheck } from '@latchkey/plugin-options'
import Type, { type Static } from 'typebox'
import { AUDIT_LOG_ERR_INVALID_OPTIONS } from './errors.js'

const schema = Type.Object({
  /** Days after which an event is deleted; left out: never. */
  keepDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650 })),
  /** Whether to create and update the tables at registration; else `migrateAuditLog` must have run before. */
  migrate: Type.Boolean({ default: true })
}, { additionalProperties: false })

/** What `@latchkey/audit-log` is registered with. */
export type AuditLogOptions = Partial<Static<typeof schema>>

/** @throws AUDIT_LOG_ERR_INVALID_OPTIONS */
export const resolveOptions = createOptionsCheck(schema, AUDIT_LOG_ERR_INVALID_OPTIONS)
