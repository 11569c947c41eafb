import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import type { UsersStore } from '@latchkey/users-store'
import { batched } from './lists/batched.js'
import type { RecordLists } from './lists/record-lists.js'
import { ownUser, userRead, type VisibleUser } from './visible-users.js'

/** The user who created a record, as the principal may read it. Batched for all records of a list. `null` if there is none. */
export type CreatorOf = (principal: Principal, createdBy: string | null | undefined) => Promise<VisibleUser | null>

export function createCreatorOf (usersStore: UsersStore, rolePermissions: RolePermissionsService, lists: RecordLists): CreatorOf {
  const creators = batched<VisibleUser>(async (principal, ids) => {
    const found = new Map<string, VisibleUser>()
    if (rolePermissions.can(principal, 'read', { table: 'Users' }).allowed) {
      for (const [id, record] of await lists.byId(principal, 'Users', ids)) found.set(id, userRead(record, principal))
    }
    const own = principal.kind === 'user' && ids.includes(principal.userId) && !found.has(principal.userId) ? await usersStore.findById(principal.userId) : null
    return own === null ? found : found.set(own.id, ownUser(own))
  })
  return async (principal, createdBy) => createdBy == null ? null : await creators(principal, createdBy) ?? null
}
