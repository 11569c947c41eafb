import type { Principal, Role, RolePermissions, RolePermissionsService } from '@latchkey/role-permissions'
import { expectation, fieldsSet, type Expectation, type GuardedChanges } from '../changes/guarded-changes.js'
import { readRecordKey } from '../changes/record-key.js'
import type { RoleGiving, RoleKey } from '../changes/role-giving.js'
import { GRAPHQL_API_ERR_NOT_FOUND } from '../errors.js'
import { withOnly, type ReadableRecords } from '../readable-records.js'
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

/** The mutations that create, update and delete roles. */
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

  const roleUpdate: Resolver<unknown, Expectation & { data: UpdateInput, filter?: RoleKey | null }> = async (_source, { data: { id, name, description, permissions }, filter, expectedUpdatedAt }, context) => {
    const principal = await requesterOf(context).principal()
    const given = {
      ...name != null && { name },
      ...description !== undefined && { description },
      ...permissions != null && { permissions }
    }
    const change = changes.begin<Role>({ principal, table: 'Roles', action: 'update', fields: fieldsSet(given), expectedUpdatedAt: expectedUpdatedAt ?? undefined })
    // A name in data is the new name, not a key.
    const role = await rolePermissions.update(idOf({ id: id ?? null }, filter), given, {
      where: change.where,
      inTransaction: async (transaction, { before, after }) => {
        // Somebody with fewer permissions than the role must not reduce or rename it either.
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

  /** The role as the principal may read it, plus its id, which they already know. */
  async function afterChange (role: Role, principal: Principal): Promise<Partial<Role>> {
    const mayRead = rolePermissions.can(principal, 'read', { table: 'Roles' }).allowed
    const fields = mayRead ? (await readableRecords(principal, 'Roles', [role.id])).get(role.id) : undefined
    return { ...withOnly(role, fields), id: role.id }
  }

  return {
    types: `
      input RoleCreateInput {
        name: String!
        description: String
        "{ data: { <table>: { create | read | update | delete: { allow, fields, filter } } }, custom: { functions: { <name>: { allow } } } }. If omitted, users with the role can read and update only their own record."
        permissions: JSON
      }
      input RoleUpdateInput { id: ID, name: String, description: String, permissions: JSON }
      "force is accepted for older clients and ignored."
      input RoleDeleteInput { id: ID, name: String, force: Boolean }`,
    mutations: `
      "Creates a role. Unless you have full access, it cannot allow more than you can do yourself."
      roleCreate(data: RoleCreateInput!): Role!
      "Updates a role. Omitted fields stay unchanged. Unless you have full access, the role must not allow more than you can do yourself, before or after the update."
      roleUpdate(data: RoleUpdateInput!, filter: RoleKeyFilter, force: Boolean, ${expectation}): Role!
      "Deletes a role, and removes it from everyone who has it. Unless you have full access, it must not allow more than you can do yourself."
      roleDelete(data: RoleDeleteInput, filter: RoleKeyFilter, force: Boolean): SuccessResponse!`,
    resolvers: { Mutation: { roleCreate, roleUpdate, roleDelete } }
  }
}
