import type { Principal, Role, RolePermissionsService } from '@latchkey/role-permissions'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT, GRAPHQL_API_ERR_NOT_AUTHORIZED, GRAPHQL_API_ERR_NOT_FOUND } from '../errors.js'

export interface RoleKey {
  readonly id?: string | null
  readonly name?: string | null
}

/** The roles in the input for a new record. */
export interface RolesInput {
  readonly connect?: readonly RoleKey[] | null
}

/** The roles in the input of a change: either the complete list, or the roles to give and to remove. */
export interface RolesChangeInput extends RolesInput {
  readonly disconnect?: readonly RoleKey[] | null
  readonly reconnect?: readonly RoleKey[] | null
}

/** Ids of roles. */
export interface RolesChange {
  readonly give: readonly string[]
  /** `others`: all except those given. */
  readonly take: readonly string[] | 'others'
}

type IdsOf = (keys: readonly RoleKey[]) => readonly string[]

/**
 * Decides who may give and remove roles: a principal needs to have the role, or full access. Guest is no exception: its
 * permissions on one's own record mean nothing for a guest, but something for a user.
 */
export interface RoleGiving {
  /** @throws GRAPHQL_API_ERR_NOT_AUTHORIZED for roles that the principal may neither give nor remove */
  assertMayGive (principal: Principal, roleIds: readonly string[]): void
  /** @throws GRAPHQL_API_ERR_NOT_AUTHORIZED; for an unknown role with full access, GRAPHQL_API_ERR_NOT_FOUND */
  toGive (principal: Principal, roles: RolesInput | null | undefined): string[]
  /** @throws what `toGive` throws, and GRAPHQL_API_ERR_INVALID_ARGUMENT */
  toChange (principal: Principal, roles: RolesChangeInput): RolesChange
  /** @throws GRAPHQL_API_ERR_NOT_AUTHORIZED naming the first permission that the principal lacks */
  assertHas (principal: Principal, role: Role): void
}

export function createRoleGiving (rolePermissions: RolePermissionsService): RoleGiving {
  function find ({ id, name }: RoleKey): string | null {
    const found = rolePermissions.find(id != null ? { id } : { name: name ?? '' })
    return found === null || (name != null && found.name !== name) ? null : found.id
  }

  function mayGive (principal: Principal, roleId: string | null): boolean {
    return rolePermissions.mayDoEverything(principal) || (roleId !== null && principal.roles.includes(roleId))
  }

  /** Answers the same for an unknown role, so that a principal without full access cannot find out which roles exist. */
  function resolve (principal: Principal, keys: readonly RoleKey[]): string[] {
    return keys.map(key => {
      const id = find(key)
      if (!mayGive(principal, id)) refuse()
      if (id === null) throw new GRAPHQL_API_ERR_NOT_FOUND('Role')
      return id
    })
  }

  return {
    assertMayGive: (principal, roleIds) => {
      if (!roleIds.every(id => mayGive(principal, id))) refuse()
    },
    toGive: (principal, roles) => resolve(principal, roles?.connect ?? []),
    toChange: (principal, roles) => readRolesChange(roles, keys => resolve(principal, keys), keys => keys.flatMap(key => find(key) ?? [])),
    assertHas: (principal, { permissions }) => {
      const missing = rolePermissions.missingFor(principal, permissions)
      if (missing !== null) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED(missing.resource, missing.action)
    }
  }
}

/**
 * Reads the roles in the input of a change, as ids.
 *
 * @param toGive returns the ids of roles to give, and throws for roles that may not be given
 * @param toTake returns the ids of roles to remove
 * @throws GRAPHQL_API_ERR_INVALID_ARGUMENT
 */
export function readRolesChange ({ connect, disconnect, reconnect }: RolesChangeInput, toGive: IdsOf, toTake: IdsOf): RolesChange {
  if (reconnect == null) return { give: toGive(connect ?? []), take: toTake(disconnect ?? []) }
  if (connect != null || disconnect != null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ roles: 'must have either reconnect, or connect and disconnect' })
  return { give: toGive(reconnect), take: 'others' }
}

function refuse (): never {
  throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('Roles', 'update')
}
