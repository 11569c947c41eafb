import type { Principal, Role, RolePermissionsService } from '@latchkey/role-permissions'
import { effectivePermissions } from '../effective-permissions.js'
import type { ReadableFields, ReadableRecords } from '../readable-records.js'
import type { RequesterOf } from '../requester-of.js'
import { visibilityOf, type VisibleUser } from '../visible-users.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface RolesParts {
  readonly rolePermissions: RolePermissionsService
  readonly readableRecords: ReadableRecords
  readonly requesterOf: RequesterOf
}

interface PermissionFilter {
  readonly filter?: { readonly resource?: string | null, readonly resourceType?: string | null } | null
}

/** A list of anything. `count` counts what matches, not only what this page of it has. */
export interface List<Item> {
  readonly count: number
  readonly items: readonly Item[]
}

type VisibleRole = { readonly [Field in keyof Role]?: Role[Field] | null }

/** The type `Role`, and what a user has of roles and permissions. */
export function rolesArea (parts: RolesParts): SchemaArea {
  const { rolePermissions, requesterOf } = parts

  const roles: Resolver<VisibleUser, unknown> = async (source, _arguments, context) => {
    const { userId, isOwn, mayRead } = visibilityOf(source)
    const principal = await requesterOf(context).principal()
    if (isOwn) return listOf(rolesOfPrincipal(principal))
    return mayRead('roles') ? listOf(await visibleRoles(parts, principal, await rolePermissions.rolesOf(userId))) : null
  }

  const permissions: Resolver<VisibleUser, PermissionFilter> = async (source, { filter }, context) => {
    const { userId, isOwn, mayRead } = visibilityOf(source)
    const principal = await requesterOf(context).principal()
    if (!isOwn && !mayRead('permissions')) return null
    const items = effectivePermissions(rolePermissions, isOwn ? principal : await principalOf(userId, principal))
    return listOf(items.filter(item =>
      (filter?.resource == null || item.resource === filter.resource) &&
      (filter?.resourceType == null || item.resourceType === filter.resourceType)))
  }

  /** The principal that another user would be. @throws ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED unless the asker may read roles */
  async function principalOf (userId: string, asker: Principal): Promise<Principal> {
    rolePermissions.authorize(asker, 'read', { table: 'Roles' })
    const ids = (await rolePermissions.rolesOf(userId)).map(role => role.id)
    return { kind: 'user', userId, email: '', roles: ids }
  }

  function rolesOfPrincipal (principal: Principal): Role[] {
    return principal.roles.flatMap(id => rolePermissions.find({ id }) ?? []).sort(byName)
  }

  return {
    types: `
      extend type User {
        roles: RoleListResponse
        "What all the roles of the user come to."
        permissions(filter: PermissionInputFilter): UserPermissionList
      }
      type Role {
        id: ID
        name: String
        description: String
        createdAt: DateTime
        updatedAt: DateTime
      }
      type RoleListResponse { count: Int!, items: [Role!]! }
      type UserPermissionList { count: Int!, items: [UserPermission!]! }
      type UserPermission {
        "A table, or a section of custom permissions."
        resource: String
        "data or custom"
        resourceType: String
        "What may be done, as roles have it."
        permission: JSON
      }
      input PermissionInputFilter { resource: String, resourceType: String }
      input RoleKeyFilter { id: ID, name: String }
      input UsersRolesRelationInput { connect: [RoleKeyFilter!] }`,
    resolvers: { User: { roles, permissions } }
  }
}

/**
 * Of these roles, those that somebody may read, with what of each may be read.
 *
 * @throws ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED when that one may read no role
 */
export async function visibleRoles ({ readableRecords }: Pick<RolesParts, 'readableRecords'>, principal: Principal, roles: readonly Role[]): Promise<VisibleRole[]> {
  const readable = await readableRecords(principal, 'Roles', roles.map(role => role.id))
  return roles.flatMap(role => {
    const fields = readable.get(role.id)
    return fields === undefined ? [] : [withOnly(role, fields)]
  })
}

export function listOf<Item> (items: readonly Item[]): List<Item> {
  return { count: items.length, items }
}

function withOnly (role: Role, fields: ReadableFields): VisibleRole {
  return Object.fromEntries(Object.entries(role).filter(([field]) => fields.has(field)))
}

function byName (one: Role, other: Role): number {
  return one.name < other.name ? -1 : 1
}
