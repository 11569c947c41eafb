import type { Tables } from '@latchkey/database'
import type { Principal } from '@latchkey/role-permissions'
import { sql, type Kysely } from 'kysely'
import { batched } from './lists/batched.js'
import type { RecordLists } from './lists/record-lists.js'
import { visibilityOf, type Visibility, type VisibleRecord } from './visible-records.js'

/** The roles of records, batched for all records of a list. */
export interface RolesOf {
  /** The roles of a record that the principal may read, ordered by name. @throws ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED if they may read no role */
  visible (principal: Principal, ownerId: string): Promise<readonly VisibleRecord[]>
  /** The ids of all roles of a record, regardless of permissions. */
  ids (principal: Principal, ownerId: string): Promise<readonly string[]>
}

/** @param has the table that assigns roles, and its column for the owner */
export function createRolesOf (database: Kysely<Tables>, lists: RecordLists, has: { readonly table: string, readonly owner: string }): RolesOf {
  const db = database.withoutPlugins()

  const idsByOwner = async (_principal: Principal, ownerIds: readonly string[]): Promise<Map<string, string[]>> => {
    const { rows } = await sql<{ owner: string, role_id: string }>`select ${sql.ref(has.owner)} as owner, role_id from ${sql.table(has.table)} where ${sql.ref(has.owner)} in (${sql.join(ownerIds)})`.execute(db)
    const byOwner = new Map(ownerIds.map(id => [id, [] as string[]]))
    for (const { owner, role_id: roleId } of rows) byOwner.get(owner)?.push(roleId)
    return byOwner
  }

  const visibleByOwner = batched(async (principal, ownerIds) => {
    const byOwner = await idsByOwner(principal, ownerIds)
    const roles = await lists.byId(principal, 'Roles', [...new Set([...byOwner.values()].flat())])
    const inOrder = [...roles].sort(([, one], [, other]) => compare(one, other))
    return new Map([...byOwner].map(([owner, ids]) => [owner, inOrder.flatMap(([id, role]) => ids.includes(id) ? [role] : [])]))
  })
  const idsOf = batched(idsByOwner)

  return {
    visible: async (principal, ownerId) => await visibleByOwner(principal, ownerId) ?? [],
    ids: async (principal, ownerId) => await idsOf(principal, ownerId) ?? []
  }
}

/** Orders by name; roles with an unreadable name come last, by id. */
function compare (one: VisibleRecord, other: VisibleRecord): number {
  const [key, otherKey] = [one, other].map(role => `${role.name as string | null ?? '\uffff'}\0${(visibilityOf(role) as Visibility).id}`) as [string, string]
  return key < otherKey ? -1 : 1
}
