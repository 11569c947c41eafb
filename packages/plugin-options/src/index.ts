/**
 * Validates a plugin's options against its TypeBox schema, once, at registration. Every Latchkey plugin uses it, so that all
 * report mistakes alike: the path of the option and what is wrong, but never its value, which may be a secret.
 */
import type { FastifyErrorConstructor } from '@fastify/error'
import type { Static, TObject } from 'typebox'
import { Value } from 'typebox/value'

/** Returns the frozen options with defaults filled in. */
export type OptionsCheck<Schema extends TObject> = (options: unknown) => Readonly<Static<Schema>>

/**
 * Creates the validation of a plugin's options.
 *
 * @param schema what the plugin accepts; unknown options are refused with `additionalProperties: false`
 * @param InvalidOptions the plugin's own error, created with `createError(code, '%s')`
 * @returns a function that returns the frozen options, or throws `InvalidOptions` with every invalid path
 */
export function createOptionsCheck<Schema extends TObject> (
  schema: Schema,
  InvalidOptions: FastifyErrorConstructor<{ code: string }, [string]>
): OptionsCheck<Schema> {
  return (options) => {
    // Spread, a string would become an option for each of its characters.
    if ((typeof options !== 'object' && options !== undefined) || Array.isArray(options)) throw new InvalidOptions('options must be an object')
    // A shallow copy, because defaults are filled into the top level, and the caller's object must not change.
    const given = Value.Default(schema, { ...(options as object | undefined) })
    const mistakes = describeMistakes(schema, given)
    if (mistakes.length > 0) throw new InvalidOptions(mistakes.join('; '))
    return Object.freeze(given) as Readonly<Static<Schema>>
  }
}

/**
 * Describes how a value violates its schema, one line per path, without repeating the value. If a part of the schema has a
 * `description`, the value "must be" that, instead of a pattern or a type.
 *
 * @returns for example `["issuers.0.issuer must be string"]`. Empty if the value is valid
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
    // If a value was meant as one alternative of a union, only report what is wrong with it as that alternative.
    .filter(([path, { ofUnion }]) => !ofUnion || !paths.some(other => other.startsWith(`${path}.`)))
    .map(([path, { reason }]) => `${path} ${reason}`)
}

interface Mistake {
  readonly reason: string
  /** Whether the value matches no alternative of a union. */
  readonly ofUnion: boolean
}

/** A schema or a part of one. */
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
      // Other errors report this path by path.
      return []
    case 'required':
      return params.requiredProperties.flatMap(name => said('is required', name))
    case 'enum':
      return said(`must be ${params.allowedValues.map(allowed => JSON.stringify(allowed)).join(' or ')}`)
  }
  const steps = schemaPath.split('/').slice(1)
  // A union has an error for each alternative, or the first few. The message lists all alternatives.
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
