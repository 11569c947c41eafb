import { createOptionsCheck } from '@latchkey/plugin-options'
import Type, { type Static } from 'typebox'
import { nothingDeclared } from './declarations.js'
import { ROLE_PERMISSIONS_ERR_INVALID_OPTIONS } from './errors.js'
import type { InvalidPermissionsError } from './invalid-permissions.js'
import type { RolePermissions } from './permissions.js'
import { readPermissions } from './read-permissions.js'
import { mistakeInDescription, mistakeInName } from './role-fields.js'

const configuredRole = Type.Object({
  /** Unique. A role with this name, built-in or not, is updated; otherwise a new one is created. */
  name: Type.String(),
  /** If omitted, the description stays. */
  description: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  /** Replaces the role's permissions. */
  permissions: Type.Unsafe<RolePermissions>(Type.Object({}))
}, { additionalProperties: false })

const schema = Type.Object({
  /** Roles that the configuration declares. */
  roles: Type.Array(configuredRole, { default: [] })
}, { additionalProperties: false })

/** The options of `@latchkey/role-permissions`. */
export type RolePermissionsOptions = Partial<Static<typeof schema>>
export type ConfiguredRole = Static<typeof configuredRole>
export type ResolvedOptions = Readonly<Static<typeof schema>>

const check = createOptionsCheck(schema, ROLE_PERMISSIONS_ERR_INVALID_OPTIONS)

export function resolveOptions (options: RolePermissionsOptions): ResolvedOptions {
  const resolved = check(options)
  const names = new Set<string>()
  const roles = resolved.roles.map((role, index) => {
    refuse(`roles.${index}.name`, mistakeInName(role.name) ?? (names.has(role.name) ? 'is used for two roles' : undefined))
    refuse(`roles.${index}.description`, mistakeInDescription(role.description ?? null))
    names.add(role.name)
    return Object.freeze({ ...role, permissions: inOptions(index, () => readPermissions(role.permissions, nothingDeclared)) })
  })
  return Object.freeze({ roles })
}

/** Adds the path within the options to an error in a configured role's permissions. */
export function inOptions<Result> (index: number, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    const { path, reason } = error as InvalidPermissionsError
    if (reason === undefined) throw error
    throw new ROLE_PERMISSIONS_ERR_INVALID_OPTIONS(`roles.${index}.permissions${path === '' || path.startsWith('[') ? '' : '.'}${path} ${reason}`)
  }
}

function refuse (path: string, mistake: string | undefined): void {
  if (mistake !== undefined) throw new ROLE_PERMISSIONS_ERR_INVALID_OPTIONS(`${path} ${mistake}`)
}
