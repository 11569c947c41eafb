import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import type { NewUser, User } from '@latchkey/users-store'
import { randomUUID } from 'node:crypto'
import type { ReadableFields, ReadableRecords } from './readable-records.js'
import { visibility, type Visibility, type VisibleRecord } from './visible-records.js'

/** A user as a principal may read it; unreadable fields are `null`. The principal's own user has no visibility attached. */
export type VisibleUser = { readonly [Field in keyof User]: User[Field] | null } & { readonly [visibility]?: Visibility }

/**
 * A user as a principal may read it; `null` if the user is unreadable or does not exist.
 *
 * @throws ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED if the principal may read only its own user, whether or not this one exists
 */
export type ShowUser = (user: User | null, principal: Principal) => Promise<VisibleUser | null>

/** Users may read everything of their own record, regardless of their roles. */
export function ownUser (user: User): VisibleUser {
  return user
}

/** A user that reveals nothing except the input of the requester. */
export function asGiven (given: NewUser): VisibleUser {
  return { ...given as unknown as VisibleUser, createdBy: null, [visibility]: { id: '', fields: new Set() } }
}

/** The user's id, and which of its fields are readable. */
export function visibilityOf (user: VisibleUser): { userId: string, isOwn: boolean, mayRead: (field: string) => boolean } {
  const limited = user[visibility]
  if (limited === undefined) return { userId: user.id as string, isOwn: true, mayRead: () => true }
  return { userId: limited.id, isOwn: false, mayRead: field => limited.fields.has(field) }
}

/**
 * A changed user as the principal may read it. Without permission to read it, only the id and the fields that they set.
 *
 * @param given the fields that were set
 */
export async function afterChange (
  user: User, given: object, principal: Principal, { rolePermissions, showUser }: { rolePermissions: RolePermissionsService, showUser: ShowUser }
): Promise<VisibleUser> {
  const isOwn = principal.kind === 'user' && principal.userId === user.id
  const shown = isOwn || rolePermissions.can(principal, 'read', { table: 'Users' }).allowed ? await showUser(user, principal) : null
  return shown ?? withOnly(user, new Set(['id', ...Object.keys(given)]))
}

export function createShowUser (readableRecords: ReadableRecords): ShowUser {
  return async (user, principal) => {
    if (user !== null && principal.kind === 'user' && principal.userId === user.id) return ownUser(user)
    // Asks about a user who does not exist too. Otherwise, anyone could measure which emails have a user.
    const id = user?.id ?? randomUUID()
    const fields = (await readableRecords(principal, 'Users', [id])).get(id)
    return user === null || fields === undefined ? null : withOnly(user, fields)
  }
}

function withOnly (user: User, fields: ReadableFields): VisibleUser {
  const visible = Object.fromEntries(Object.entries(user).map(([field, value]) => [field, fields.has(field) ? value : null]))
  return { [visibility]: { id: user.id, fields }, ...visible as VisibleUser }
}

/** A record of a user that was read with the principal's permissions. */
export function userRead (record: VisibleRecord, principal: Principal): VisibleUser {
  const user = record as unknown as VisibleUser
  if (principal.kind !== 'user' || user[visibility]?.id !== principal.userId) return user
  const { [visibility]: _visibility, ...own } = user
  return own
}
