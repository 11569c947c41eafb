import { createOptionsCheck } from '@latchkey/plugin-options'
import Type, { type Static } from 'typebox'
import { API_TOKENS_ERR_INVALID_OPTIONS } from './errors.js'

const schema = Type.Object({
  /** Whether to create and update the tables at registration; else `migrateApiTokens` must have run before. */
  migrate: Type.Boolean({ default: true })
}, { additionalProperties: false })

/** What `@latchkey/api-tokens` is registered with. */
export type ApiTokensOptions = Partial<Static<typeof schema>>

/** @throws API_TOKENS_ERR_INVALID_OPTIONS */
export const resolveOptions = createOptionsCheck(schema, API_TOKENS_ERR_INVALID_OPTIONS)
