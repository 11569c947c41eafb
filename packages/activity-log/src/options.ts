import { createOptionsCheck } from '@latchkey/plugin-options'
import Type, { type Static } from 'typebox'
import { ACTIVITY_LOG_ERR_INVALID_OPTIONS } from './errors.js'

const schema = Type.Object({
  /** Days after which a sign-in is deleted. */
  keepDays: Type.Integer({ minimum: 1, maximum: 3650, default: 90 }),
  /** How many sign-ins are kept in memory while the database is away; those that come then are not noted. */
  maxPending: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 10_000 }),
  /** Whether this process keeps up what is stored: deletes what is older than it is kept. `false` in one that opens the app to look. */
  upkeep: Type.Boolean({ default: true }),
  /** Whether to create and update the tables at registration; else `migrateActivityLog` must have run before. */
  migrate: Type.Boolean({ default: true })
}, { additionalProperties: false })

/** What `@latchkey/activity-log` is registered with. */
export type ActivityLogOptions = Partial<Static<typeof schema>>

/** @throws ACTIVITY_LOG_ERR_INVALID_OPTIONS */
export const resolveOptions = createOptionsCheck(schema, ACTIVITY_LOG_ERR_INVALID_OPTIONS)
