import type { Principal, Role, RolePermissions, RolePermissionsService } from '@latchkey/role-permissions'
import { fieldsSet, type GuardedChanges } from '../changes/guarded-changes.js'
import { readRecordKey } from '../changes/record-key.js'
import type { RoleGiving, RoleKey } from '../changes/role-giving.js'
import { GRAPHQL_API_ERR_NOT_FOUND } from '../errors.js'
import type { ReadableRecords } from '../readable-records.js'
import type { RequesterOf } from '../requester-of.js'
import { withoutNulls } from '../without-nulls.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface RoleChangesParts {
  readonly rolePermissions: RolePermissionsService
  readonly changes: GuardedChanges
  readonly roleGiving: RoleGiving
  readonly readableRecords: ReadableRecords
  readonly requesterOf: RequesterOf
}

interface CreateInput {
  readonly name: string
  readonly description?: string | null
  readonly permissions?: RolePermissions | null
}

type UpdateInput = Partial<CreateInput> & RoleKey

/** What makes, changes and deletes roles. */
export function roleChangesArea ({ rolePermissions, changes, roleGiving, readableRecords, requesterOf }: RoleChangesParts): SchemaArea {
  const roleCreate: Resolver<unknown, { data: CreateInput }> = async (_source, { data }, context) => {
    const principal = await requesterOf(context).principal()
    const given = withoutNulls(data)
    const change = changes.begin<Role>({ principal, table: 'Roles', action: 'create', fields: fieldsSet(given) })
    const role = await rolePermissions.create(given as CreateInput & { permissions?: RolePermissions }, {
      inTransaction: async (transaction, { before, after }) => {
        roleGiving.assertHas(principal, after as Role)
        await change.finish(transaction, { before, after })
      }
    })
    return await afterChange(role, principal)
  }

  const roleUpdate: Resolver<unknown, { data: UpdateInput, filter?: RoleKey | null }> = async (_source, { data: { id, name, description, permissions }, filter }, context) => {
    const principal = await requesterOf(context).principal()
    const given = {
      ...name != null && { name },
      ...description !== undefined && { description },
      ...permissions != null && { permissions }
    }
    const change = changes.begin<Role>({ principal, table: 'Roles', action: 'update', fields: fieldsSet(given) })
    // In data the name is the new one.
    const role = await rolePermissions.update(idOf({ id: id ?? null }, filter), given, {
      where: change.where,
      inTransaction: async (transaction, { before, after }) => {
        // Who has less than a role may not take from it either, nor give its name to another.
        roleGiving.assertHas(principal, before as Role)
        roleGiving.assertHas(principal, after as Role)
        await change.finish(transaction, { before, after })
      }
    })
    return await afterChange(role, principal)
  }

  const roleDelete: Resolver<unknown, { data?: RoleKey | null, filter?: RoleKey | null }> = async (_source, { data, filter }, context) => {
    const principal = await requesterOf(context).principal()
    const change = changes.begin<Role>({ principal, table: 'Roles', action: 'delete' })
    await rolePermissions.delete(idOf(data, filter), {
      where: change.where,
      inTransaction: async (transaction, { before, after }) => {
        roleGiving.assertHas(principal, before as Role)
        await change.finish(transaction, { before, after })
      }
    })
    return { success: true }
  }

  function idOf (one: RoleKey | null | undefined, other: RoleKey | null | undefined): string {
    const { id, by: name } = readRecordKey('name', one, other)
    if (name === null) return id as string
    const found = rolePermissions.find({ name })
    if (found === null || (id !== null && found.id !== id)) throw new GRAPHQL_API_ERR_NOT_FOUND('Role')
    return found.id
  }

  /** The role as whoever changed it may read it; its id they know. */
  async function afterChange (role: Role, principal: Principal): Promise<Partial<Role>> {
    const mayRead = rolePermissions.can(principal, 'read', { table: 'Roles' }).allowed
    const fields = mayRead ? (await readableRecords(principal, 'Roles', [role.id])).get(role.id) : undefined
    return { ...Object.fromEntries(Object.entries(role).filter(([field]) => fields?.has(field))), id: role.id }
  }

  return {
    types: `
      input RoleCreateInput {
        name: String!
        description: String
        "As roles have them: { data: { <table>: { create | read | update | delete: { allow, fields, filter } } }, custom: { functions: { <name>: { allow } } } }. Without, the role may read and update the record of its own user."
        permissions: JSON
      }
      input RoleUpdateInput { id: ID, name: String, description: String, permissions: JSON }
      "force is accepted from older clients: a role is taken from everybody who has it."
      input RoleDeleteInput { id: ID, name: String, force: Boolean }`,
    mutations: `
      "Nobody makes a role that may do more than they may themselves, unless they may do everything."
      roleCreate(data: RoleCreateInput!): Role!
      "What is left out stays. Nobody changes a role that may do more than they may themselves, nor makes one of it."
      roleUpdate(data: RoleUpdateInput!, filter: RoleKeyFilter, force: Boolean): Role!
      roleDelete(data: RoleDeleteInput, filter: RoleKeyFilter, force: Boolean): SuccessResponse!`,
    resolvers: { Mutation: { roleCreate, roleUpdate, roleDelete } }
  }
}
