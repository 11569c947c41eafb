import { createOptionsCheck } from '@latchkey/plugin-options'
import Type, { type Static } from 'typebox'
import { FIRST_ADMINISTRATOR_ERR_INVALID_OPTIONS } from './errors.js'

/** The plugin has no options. */
const schema = Type.Object({}, { additionalProperties: false })

export type FirstAdministratorOptions = Static<typeof schema>

/**
 * Refuses any option, which would otherwise be ignored silently.
 *
 * @throws FIRST_ADMINISTRATOR_ERR_INVALID_OPTIONS
 */
export const checkOptions = createOptionsCheck(schema, FIRST_ADMINISTRATOR_ERR_INVALID_OPTIONS)
