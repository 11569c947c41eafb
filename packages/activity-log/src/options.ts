import { createOptionsCheck } from '@latchkey/plugin-options'
import Type, { type Static } from 'typebox'
import { ACTIVITY_LOG_ERR_INVALID_OPTIONS } from './errors.js'

const schema = Type.Object({
  /** Days after which a sign-in is deleted. */
  keepDays: Type.Integer({ minimum: 1, maximum: 3650, default: 90 }),
  /** How many sign-ins are kept in memory while the database is down. Further ones are dropped. */
  maxPending: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 10_000 }),
  /** Whether this process deletes expired rows. Use `false` in a process that opens the app only for inspection. */
  upkeep: Type.Boolean({ default: true }),
  /** Whether to migrate the tables at registration. Otherwise, run `migrateActivityLog` before. */
  migrate: Type.Boolean({ default: true })
}, { additionalProperties: false })

/** The options of `@latchkey/activity-log`. */
export type ActivityLogOptions = Partial<Static<typeof schema>>

/** @throws ACTIVITY_LOG_ERR_INVALID_OPTIONS */
export const resolveOptions = createOptionsCheck(schema, ACTIVITY_LOG_ERR_INVALID_OPTIONS)
