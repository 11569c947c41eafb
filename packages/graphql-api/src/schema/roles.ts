import type { Tables } from '@latchkey/database'
import type { Principal, Role, RolePermissionsService } from '@latchkey/role-permissions'
import { sql, type Kysely, type SqlBool } from 'kysely'
import { effectivePermissions } from '../effective-permissions.js'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT, GRAPHQL_API_ERR_NOT_AUTHORIZED, GRAPHQL_API_ERR_NOT_FOUND } from '../errors.js'
import { batched } from '../lists/batched.js'
import { listOf, mapList, type List } from '../lists/list.js'
import type { ListArguments } from '../lists/list-arguments.js'
import { listArguments } from '../lists/list-schema.js'
import type { RecordLists } from '../lists/record-lists.js'
import { withOnly, type ReadableRecords } from '../readable-records.js'
import type { RequesterOf } from '../requester-of.js'
import { createRolesOf } from '../roles-of.js'
import type { ListedTables } from '../tables.js'
import { visibilityOf as visibilityOfRecord, withVisibility, type Visibility, type VisibleRecord } from '../visible-records.js'
import { userRead, visibilityOf, type VisibleUser } from '../visible-users.js'
import type { Resolver, SchemaArea } from './schema-area.js'

export { listOf } from '../lists/list.js'

interface RolesParts {
  readonly db: Kysely<Tables>
  readonly rolePermissions: RolePermissionsService
  readonly lists: RecordLists
  readonly tables: ListedTables
  readonly requesterOf: RequesterOf
}

interface PermissionFilter {
  readonly filter?: { readonly resource?: string | null, readonly resourceType?: string | null } | null
}

/** The type `Role`, the query `role`, and the roles and permissions of users. */
export function rolesArea ({ db, rolePermissions, lists, tables, requesterOf }: RolesParts): SchemaArea {
  const rolesOf = createRolesOf(db, lists, { table: 'latchkey_user_roles', owner: 'user_id' })

  const role: Resolver<unknown, { id?: string | null, name?: string | null }> = async (_source, { id, name }, context) => {
    const principal = await requesterOf(context).principal()
    rolePermissions.authorize(principal, 'read', { table: 'Roles' })
    if (id == null && name == null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ id: 'is required, unless name is given' })
    const found = rolePermissions.find(id == null ? { name: name as string } : { id })
    const readable = found === null || (name != null && found.name !== name) ? undefined : (await lists.byId(principal, 'Roles', [found.id])).get(found.id)
    if (readable === undefined) throw new GRAPHQL_API_ERR_NOT_FOUND('Role')
    return readable
  }

  const roles: Resolver<VisibleUser, unknown> = async (source, _arguments, context) => {
    const { userId, isOwn, mayRead } = visibilityOf(source)
    const principal = await requesterOf(context).principal()
    if (isOwn) return listOf(rolesOfPrincipal(principal))
    return mayRead('roles') ? listOf(await rolesOf.visible(principal, userId)) : null
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

  const visible = batched(async (principal, ids) => await lists.byId(principal, 'Roles', ids))

  const users: Resolver<VisibleRecord, ListArguments> = async (source, arguments_, context) => {
    const principal = await requesterOf(context).principal()
    // The requester's own roles, and roles just changed, do not carry their visibility.
    const listed = visibilityOfRecord(source)
    const readable = listed ?? await visibilityById(principal, source.id as string)
    if (readable?.fields.has('users') !== true) return null
    if (listed === undefined) return await usersOf(readable, arguments_, principal)
    // A role shared by many users of a list is one object, so equal queries for its users run only once.
    const asked = usersOfRecord.get(source) ?? new Map<string, ReturnType<typeof usersOf>>()
    usersOfRecord.set(source, asked)
    const key = JSON.stringify(arguments_)
    const list = asked.get(key) ?? usersOf(readable, arguments_, principal)
    asked.set(key, list)
    return await list
  }
  const usersOfRecord = new WeakMap<VisibleRecord, Map<string, ReturnType<typeof usersOf>>>()

  async function usersOf (readable: Visibility, arguments_: ListArguments, principal: Principal): Promise<List<VisibleUser>> {
    const list = await lists.list(principal, 'Users', arguments_, id =>
      sql<SqlBool>`exists (select 1 from ${sql.table('latchkey_user_roles')} as has where has.user_id = ${id} and has.role_id = ${readable.id})`)
    return mapList(list, user => userRead(user, principal))
  }

  async function visibilityById (principal: Principal, id: string): Promise<Visibility | undefined> {
    const role = await visible(principal, id)
    return role && visibilityOfRecord(role)
  }

  /**
   * The principal of another user. Effective permissions reveal the permissions of every role of the user.
   *
   * @throws ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED, GRAPHQL_API_ERR_NOT_AUTHORIZED unless the asker may read the permissions of all these roles
   */
  async function principalOf (userId: string, asker: Principal): Promise<Principal> {
    const [readable, ids] = await Promise.all([rolesOf.visible(asker, userId), rolesOf.ids(asker, userId)])
    const told = readable.filter(role => visibilityOfRecord(role)?.fields.has('permissions'))
    if (told.length < ids.length) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('Roles', 'read')
    return { kind: 'user', userId, email: '', roles: ids }
  }

  function rolesOfPrincipal (principal: Principal): Role[] {
    return principal.roles.flatMap(id => rolePermissions.find({ id }) ?? []).sort(byName)
  }

  return {
    types: `
      extend type User {
        roles: RoleListResponse
        "The combined permissions of all roles of the user."
        permissions(filter: PermissionInputFilter): UserPermissionList
      }
      "A named set of permissions. Fields that you cannot read are null."
      type Role {
        id: ID
        name: String
        description: String
        "The permissions, as stored."
        permissions: JSON
        "The users with this role that you can read."
        users${listArguments(tables.Users)}: UserListResponse
        createdAt: DateTime
        updatedAt: DateTime
      }
      type UserPermissionList { count: Int!, items: [UserPermission!]! }
      type UserPermission {
        "A table, or a section of custom permissions."
        resource: String
        "data or custom"
        resourceType: String
        "What is allowed, in the format of role permissions."
        permission: JSON
      }
      input PermissionInputFilter { resource: String, resourceType: String }
      input RoleKeyFilter { id: ID, name: String }
      input UsersRolesRelationInput { connect: [RoleKeyFilter!] }`,
    queries: `
      "The role with this id or name. Needs read on Roles."
      role(id: ID, name: String): Role`,
    resolvers: { Query: { role }, User: { roles, permissions }, Role: { users } }
  }
}

/**
 * The roles among these that the principal may read, each with its readable fields.
 *
 * @throws ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED if the principal may read no role
 */
export async function visibleRoles ({ readableRecords }: { readonly readableRecords: ReadableRecords }, principal: Principal, roles: readonly Role[]): Promise<VisibleRecord[]> {
  const readable = await readableRecords(principal, 'Roles', roles.map(role => role.id))
  return roles.flatMap(role => {
    const fields = readable.get(role.id)
    return fields === undefined ? [] : [withVisibility(withOnly(role, fields), { id: role.id, fields })]
  })
}

function byName (one: Role, other: Role): number {
  return one.name < other.name ? -1 : 1
}
