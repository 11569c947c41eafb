/**
 * Checks what a plugin is registered with against its TypeBox schema, once, at registration.
 * Every Latchkey plugin uses it, so that all of them refuse a mistake in the same words: the path
 * of the option, what is wrong with it, and nothing of its value (an option may be a secret).
 */
import type { FastifyErrorConstructor } from '@fastify/error'
import type { Static, TObject } from 'typebox'
import { Value } from 'typebox/value'

/** Gives the options with the schema's defaults filled in, frozen. */
export type OptionsCheck<Schema extends TObject> = (options: unknown) => Readonly<Static<Schema>>

/**
 * Makes the check of one plugin's options.
 *
 * @param schema what the plugin accepts; unknown options are refused where it says `additionalProperties: false`
 * @param InvalidOptions the plugin's own error, made with `createError(code, '%s')`; it is given the message
 * @returns a function that throws `InvalidOptions` naming every mistaken path, or gives the frozen options
 */
export function createOptionsCheck<Schema extends TObject> (
  schema: Schema,
  InvalidOptions: FastifyErrorConstructor<{ code: string }, [string]>
): OptionsCheck<Schema> {
  return (options) => {
    // A shallow copy: defaults are filled into the top level, and the caller's object stays as it was.
    const given = Value.Default(schema, { ...(options as object | undefined) })
    const mistakes = describeMistakes(schema, given)
    if (mistakes.length > 0) throw new InvalidOptions(mistakes.join('; '))
    return Object.freeze(given) as Readonly<Static<Schema>>
  }
}

/**
 * Says what of a value does not fit its schema, one line per path, without repeating the value.
 *
 * @returns for example `["issuers.0.issuer must be string"]`; empty when the value fits
 */
export function describeMistakes (schema: TObject, value: unknown): string[] {
  const reasons = new Map<string, string[]>()
  const errors = Value.Errors(schema, value)
  for (const error of errors) {
    const path = error.instancePath.slice(1).replaceAll('/', '.')
    for (const { name, reason } of describe(error.keyword, error.message, error.params)) {
      const full = [path, name].filter(Boolean).join('.') || 'options'
      reasons.set(full, [...reasons.get(full) ?? [], reason])
    }
  }
  if (errors.length > 0 && reasons.size === 0) return ['options do not fit the schema']
  return [...reasons].map(([path, given]) => `${path} ${given.every(isConstant) ? allOf(given) : given[0]}`)
}

const CONSTANT = 'must be '

/** One alternative of a union of constants: all of them belong into the message. */
function isConstant (reason: string): boolean {
  return reason.startsWith(`${CONSTANT}"`)
}

function allOf (constants: string[]): string {
  return CONSTANT + constants.map(text => text.slice(CONSTANT.length)).join(' or ')
}

function describe (keyword: string, message: string, params: unknown): { name: string, reason: string }[] {
  switch (keyword) {
    case 'boolean':
      return [{ name: '', reason: 'is not an option' }]
    case 'additionalProperties':
    case 'anyOf':
      // Said path by path by the errors beside it.
      return []
    case 'required':
      return (params as { requiredProperties: string[] }).requiredProperties.map(name => ({ name, reason: 'is required' }))
    case 'const':
      return [{ name: '', reason: CONSTANT + JSON.stringify((params as { allowedValue: unknown }).allowedValue) }]
    case 'enum':
      return (params as { allowedValues: unknown[] }).allowedValues.map(value => ({ name: '', reason: CONSTANT + JSON.stringify(value) }))
    default:
      return [{ name: '', reason: message }]
  }
}
