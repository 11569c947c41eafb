import { describeMistakes } from '@latchkey/plugin-options'
import type { ProfileConfig } from '@latchkey/auth-profiles'
import type { ProviderEmbeddedOptions } from '@latchkey/provider-embedded'
import type { RolePermissionsOptions } from '@latchkey/role-permissions'
import { readFile } from 'node:fs/promises'
import Type from 'typebox'
import { ConfigurationError } from './configuration-error.js'

const schema = Type.Object({
  // The plugins check the content of profiles, roles and SMTP settings.
  profiles: Type.Optional(Type.Array(Type.Object({}, { additionalProperties: true }), { minItems: 1 })),
  roles: Type.Optional(Type.Array(Type.Object({}, { additionalProperties: true }))),
  smtp: Type.Optional(Type.Object({}, { additionalProperties: true }))
}, { additionalProperties: false })

export interface ConfigFile {
  readonly profiles?: readonly ProfileConfig[]
  readonly roles?: RolePermissionsOptions['roles']
  /** How emails of the embedded provider are sent: `{ "url": "smtp://…", "from": "App <no-reply@example.com>" }`. */
  readonly smtp?: ProviderEmbeddedOptions['smtp']
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the configuration file. A value `{ "env": "NAME" }` stands for the environment variable NAME, which keeps secrets
 * out of the file.
 *
 * @throws ConfigurationError naming the file, the path in it and the remedy; it never repeats a value of the file
 */
export async function readConfigFile (path: string, environment: Environment): Promise<ConfigFile> {
  const parsed = withSecrets(parse(path, await read(path)), environment, [], path)
  const mistakes = isObject(parsed) ? describeMistakes(schema, parsed) : ['must be a JSON object']
  if (mistakes.length > 0) throw new ConfigurationError(`${path}: ${mistakes.join('; ')}`)
  return parsed as ConfigFile
}

async function read (path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new ConfigurationError(`LATCHKEY_CONFIG: ${path} cannot be read (${(error as NodeJS.ErrnoException).code}): give the path of a JSON file, or unset it`)
  }
}

function parse (path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // The parser's own message quotes the text around the mistake, which may contain a secret.
    const position = /position (\d+)/.exec((error as Error).message)?.[1]
    throw new ConfigurationError(`${path}: not valid JSON${position === undefined ? '' : ` at ${lineAndColumn(text, Number(position))}`}`)
  }
}

function lineAndColumn (text: string, position: number): string {
  const before = text.slice(0, position).split('\n')
  return `line ${before.length}, column ${(before.at(-1) as string).length + 1}`
}

function withSecrets (value: unknown, environment: Environment, path: readonly string[], file: string): unknown {
  if (Array.isArray(value)) return value.map((item, index) => withSecrets(item, environment, [...path, String(index)], file))
  if (!isObject(value)) return value
  if (Object.keys(value).length === 1 && typeof value.env === 'string') {
    const secret = environment[value.env]
    if (secret === undefined || secret === '') throw new ConfigurationError(`${file}: ${path.join('.')} is taken from the environment variable ${value.env}, which is not set`)
    return secret
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withSecrets(item, environment, [...path, key], file)]))
}

function isObject (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
