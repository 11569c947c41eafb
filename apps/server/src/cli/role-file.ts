import type { RoleDefinition } from '@latchkey/role-permissions'
import { readFile } from 'node:fs/promises'
import { ConfigurationError } from '../configuration-error.js'

/**
 * Reads a file of roles: the output of `latchkey permissions export`, a configuration file with `roles`, or a plain list of roles.
 * Does not check the permissions themselves: the callers do.
 *
 * @throws ConfigurationError naming the file and the path in it
 */
export async function readRoleFile (path: string): Promise<RoleDefinition[]> {
  const json = await readJson(path)
  const roles = isObject(json) ? json.roles : json
  if (!Array.isArray(roles)) throw new ConfigurationError(`${path}: must be a list of roles, or an object with a list "roles"`)
  return roles.map((role: unknown, index) => {
    const at = `${path}: roles.${index}`
    if (!isObject(role)) throw new ConfigurationError(`${at} must be an object`)
    const { name, description, permissions, ...others } = role
    if (typeof name !== 'string') throw new ConfigurationError(`${at}.name must be a string`)
    if (description !== undefined && description !== null && typeof description !== 'string') throw new ConfigurationError(`${at}.description must be a string or null`)
    if (!isObject(permissions)) throw new ConfigurationError(`${at}.permissions must be an object`)
    const [unknown] = Object.keys(others)
    if (unknown !== undefined) throw new ConfigurationError(`${at}.${unknown} is unknown: a role has name, description and permissions`)
    return { name, permissions, ...(description === undefined ? {} : { description }) }
  })
}

async function readJson (path: string): Promise<unknown> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw new ConfigurationError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  try {
    return JSON.parse(text)
  } catch {
    throw new ConfigurationError(`${path} is not valid JSON`)
  }
}

function isObject (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
