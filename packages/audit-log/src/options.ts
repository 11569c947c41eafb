import { createOptionsCheck } from '@latchkey/plugin-options'
import Type, { type Static } from 'typebox'
import { AUDIT_LOG_ERR_INVALID_OPTIONS } from './errors.js'

const schema = Type.Object({
  /** Days after which an event is deleted. Default: never. */
  keepDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650 })),
  /** Whether to migrate the table at registration. Otherwise, run `migrateAuditLog` before. */
  migrate: Type.Boolean({ default: true })
}, { additionalProperties: false })

/** The options of `@latchkey/audit-log`. */
export type AuditLogOptions = Partial<Static<typeof schema>>

/** @throws AUDIT_LOG_ERR_INVALID_OPTIONS */
export const resolveOptions = createOptionsCheck(schema, AUDIT_LOG_ERR_INVALID_OPTIONS)
