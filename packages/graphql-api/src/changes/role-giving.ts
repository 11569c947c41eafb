import type { Principal, Role, RolePermissionsService } from '@latchkey/role-permissions'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT, GRAPHQL_API_ERR_NOT_AUTHORIZED, GRAPHQL_API_ERR_NOT_FOUND } from '../errors.js'

export interface RoleKey {
  readonly id?: string | null
  readonly name?: string | null
}

/** What the input of something new says of its roles. */
export interface RolesInput {
  readonly connect?: readonly RoleKey[] | null
}

/** What the input of a change says of roles: either all that there are to be, or those to give and to take. */
export interface RolesChangeInput extends RolesInput {
  readonly disconnect?: readonly RoleKey[] | null
  readonly reconnect?: readonly RoleKey[] | null
}

/** Ids of roles. */
export interface RolesChange {
  readonly give: readonly string[]
  /** `others`: all but those given. */
  readonly take: readonly string[] | 'others'
}

type IdsOf = (keys: readonly RoleKey[]) => readonly string[]

/**
 * Who may give and take roles: nobody a role that they do not have themselves, unless they may do everything. Guest is no
 * exception: what it says of one's own record is nothing to who is not signed in, and something to a user.
 */
export interface RoleGiving {
  /** @throws GRAPHQL_API_ERR_NOT_AUTHORIZED for roles that the principal may neither give nor take */
  assertMayGive (principal: Principal, roleIds: readonly string[]): void
  /** @throws GRAPHQL_API_ERR_NOT_AUTHORIZED, GRAPHQL_API_ERR_NOT_FOUND for a role that there is not, from who may do everything */
  toGive (principal: Principal, roles: RolesInput | null | undefined): string[]
  /** @throws what `toGive` throws, and GRAPHQL_API_ERR_INVALID_ARGUMENT */
  toChange (principal: Principal, roles: RolesChangeInput): RolesChange
  /** @throws GRAPHQL_API_ERR_NOT_AUTHORIZED naming the first permission that the principal does not have itself */
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

  /** The same answer for a role that there is not: who may not give it need not learn which there are. */
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
 * What the input of a change says of roles, by ids.
 *
 * @param toGive gives the ids of roles that are to be given, and throws for those that may not be
 * @param toTake gives the ids of roles that are to be taken
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
