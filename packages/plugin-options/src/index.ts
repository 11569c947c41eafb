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
 * Says what of a value does not fit its schema, one line per path, without repeating the value. Where a part of the
 * schema has a `description`, that is what the value "must be", in place of a pattern or a type.
 *
 * @returns for example `["issuers.0.issuer must be string"]`; empty when the value fits
 */
export function describeMistakes (schema: TObject, value: unknown): string[] {
  const mistakes = new Map<string, Mistake>()
  const errors = Value.Errors(schema, value)
  for (const error of errors) {
    const path = error.instancePath.slice(1).replaceAll('/', '.')
    for (const { name, ...mistake } of describe(schema, error)) {
      const full = [path, name].filter(Boolean).join('.') || 'options'
      if (!mistakes.has(full)) mistakes.set(full, mistake)
    }
  }
  if (errors.length > 0 && mistakes.size === 0) return ['options do not fit the schema']
  const paths = [...mistakes.keys()]
  return [...mistakes]
    // What is meant to be one alternative of several is told by what is wrong with it as that one.
    .filter(([path, { ofUnion }]) => !ofUnion || !paths.some(other => other.startsWith(`${path}.`)))
    .map(([path, { reason }]) => `${path} ${reason}`)
}

interface Mistake {
  readonly reason: string
  /** Whether it says that none of several alternatives was given. */
  readonly ofUnion: boolean
}

/** A schema, or what is in one. */
interface Part {
  readonly [name: string]: unknown
  readonly anyOf?: readonly Part[]
  readonly description?: string
}

type SchemaError = ReturnType<typeof Value.Errors>[number]

function describe (schema: TObject, { keyword, message, params, schemaPath }: SchemaError): (Mistake & { name: string })[] {
  const said = (reason: string, name = '') => [{ name, reason, ofUnion: false }]
  switch (keyword) {
    case 'boolean':
      return said('is not an option')
    case 'additionalProperties':
    case 'anyOf':
      // Said path by path by the errors beside it.
      return []
    case 'required':
      return params.requiredProperties.flatMap(name => said('is required', name))
    case 'enum':
      return said(`must be ${params.allowedValues.map(allowed => JSON.stringify(allowed)).join(' or ')}`)
  }
  const steps = schemaPath.split('/').slice(1)
  // Of a union there is an error for each alternative, or for the first few: all of them belong into the message.
  if ((keyword === 'const' || keyword === 'type') && steps.at(-2) === 'anyOf') {
    const alternatives = partAt(schema, steps.slice(0, -2)).anyOf ?? []
    return [{ name: '', reason: `must be ${alternatives.map(inWords).join(' or ')}`, ofUnion: true }]
  }
  const { description } = partAt(schema, steps)
  if (description !== undefined) return said(`must be ${description}`)
  return said(keyword === 'const' ? `must be ${JSON.stringify(params.allowedValue)}` : message)
}

function inWords ({ description, type, ...part }: Part): string {
  if (description !== undefined) return description
  if ('const' in part) return JSON.stringify(part.const)
  return type === 'object' || type === 'array' ? `an ${type}` : String(type)
}

function partAt (schema: TObject, steps: readonly string[]): Part {
  return steps.reduce<Part>((part, step) => (part[step] ?? {}) as Part, schema as unknown as Part)
}
