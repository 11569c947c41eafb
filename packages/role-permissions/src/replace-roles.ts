import type { Change, Tables } from '@latchkey/database'
import type { Kysely, Transaction } from 'kysely'
import { declarationsOf, type Declarations } from './declarations.js'
import { difference, type RoleDifference } from './difference.js'
import { ROLE_PERMISSIONS_ERR_INVALID_ROLE } from './errors.js'
import type { Role } from './permissions.js'
import { readPermissions } from './read-permissions.js'
import type { RoleDefinition } from './role-definitions.js'
import { checkRoleFields } from './role-fields.js'
import type { RolePermissionsService } from './role-permissions.js'
import { changedRole, changeRoles, newRole } from './roles-store.js'

export interface ReplaceOptions {
  /** Whether to delete roles without a definition, except the built-in ones. Default: they stay. */
  readonly prune?: boolean
  /** Whether to check every rule and then roll back. */
  readonly dryRun?: boolean
  /** Runs in the transaction for each changed role; if it throws, everything is rolled back. It must query only through `transaction`. */
  readonly inTransaction?: (transaction: Transaction<Tables>, change: Change<Role>) => Promise<void>
}

/** Rolls back the transaction. */
class Undo extends Error {}

/**
 * Brings the roles in line with the definitions, matched by name: all or nothing, and by the same rules as any change of a
 * role. Roles that already have the same meaning are not touched. This process sees the change like those of other
 * instances: by `refresh`, within a second.
 *
 * @returns the differences
 * @throws ROLE_PERMISSIONS_ERR_INVALID_ROLE, ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS with the role's name at the start of the message
 * @throws ROLE_PERMISSIONS_ERR_LAST_ADMINISTRATOR, ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT if no role, or no user, with full access would be left
 */
export async function replaceRoles (db: Kysely<Tables>, { tables }: Pick<RolePermissionsService, 'tables'>, definitions: readonly RoleDefinition[], { prune = false, dryRun = false, inTransaction }: ReplaceOptions = {}): Promise<RoleDifference[]> {
  const declared = declarationsOf(tables)
  const wanted = checkAll(definitions, declared)
  let before: readonly Role[] = []
  let after: readonly Role[] = []
  try {
    await changeRoles(db, declared.users, roles => {
      before = roles
      after = replaced(roles, wanted, prune)
      return after
    }, async transaction => {
      const changes = changesBetween(before, after)
      if (dryRun || changes.length === 0) throw new Undo()
      for (const change of changes) await inTransaction?.(transaction, change)
    })
  } catch (error) {
    if (!(error instanceof Undo)) throw error
  }
  return difference(before, after)
}

function checkAll (definitions: readonly RoleDefinition[], declared: Declarations): ReadonlyMap<string, RoleDefinition> {
  const wanted = new Map<string, RoleDefinition>()
  for (const { name, description, permissions } of definitions) {
    checkRoleFields({ name: name ?? null, description })
    if (wanted.has(name)) throw new ROLE_PERMISSIONS_ERR_INVALID_ROLE(`two roles have the name ${name}`)
    wanted.set(name, { name, ...(description === undefined ? {} : { description }), permissions: ofRole(name, () => readPermissions(permissions, declared)) })
  }
  return wanted
}

/** Adds the role's name to an error. */
function ofRole<Result> (name: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (error instanceof Error) error.message = `${name}: ${error.message}`
    throw error
  }
}

function replaced (roles: readonly Role[], wanted: ReadonlyMap<string, RoleDefinition>, prune: boolean): readonly Role[] {
  const known = new Set(roles.map(({ name }) => name))
  const kept = roles.flatMap(role => {
    const definition = wanted.get(role.name)
    if (definition === undefined) return prune && role.builtin === null ? [] : [role]
    if (difference([role], [definition]).length === 0) return [role]
    const { permissions, description = role.description } = definition
    return [changedRole(role, { permissions, description })]
  })
  const added = [...wanted.values()].filter(({ name }) => !known.has(name))
  return [...kept, ...added.map(({ name, description = null, permissions }) => newRole({ name, description, permissions }))]
}

function changesBetween (before: readonly Role[], after: readonly Role[]): Change<Role>[] {
  const [old, next] = [before, after].map(roles => new Map(roles.map(role => [role.id, role]))) as [Map<string, Role>, Map<string, Role>]
  return [...new Set([...old.keys(), ...next.keys()])]
    .map(id => ({ before: old.get(id) ?? null, after: next.get(id) ?? null }))
    .filter(({ before, after }) => before !== after)
}
