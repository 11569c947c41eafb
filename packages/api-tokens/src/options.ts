import { createOptionsCheck } from '@latchkey/plugin-options'
import Type, { type Static } from 'typebox'
import { API_TOKENS_ERR_INVALID_OPTIONS } from './errors.js'

const schema = Type.Object({
  /** Whether to migrate the tables at registration. Otherwise, run `migrateApiTokens` before. */
  migrate: Type.Boolean({ default: true })
}, { additionalProperties: false })

/** The options of `@latchkey/api-tokens`. */
export type ApiTokensOptions = Partial<Static<typeof schema>>

/** @throws API_TOKENS_ERR_INVALID_OPTIONS */
export const resolveOptions = createOptionsCheck(schema, API_TOKENS_ERR_INVALID_OPTIONS)
