import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import type { NewUser, User } from '@latchkey/users-store'
import type { ReadableFields, ReadableRecords } from './readable-records.js'
import { visibilityOf as visibilityOfRecord, type Visibility, type VisibleRecord } from './visible-records.js'

/** Whose record it is and which of its fields may be read: kept beside the fields, where no query reaches it. */
const visibility = Symbol('visibility')

/** A user as somebody may see it: what that one may not read is `null`. */
export type VisibleUser = { readonly [Field in keyof User]: User[Field] | null } & {
  readonly [visibility]?: { readonly userId: string, readonly fields: ReadableFields }
}

/**
 * A user as a principal may see it; `null` if not at all, or if there is no such user.
 *
 * @throws ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED when the principal may read no user but its own, whether there is this one or not
 */
export type ShowUser = (user: User | null, principal: Principal) => Promise<VisibleUser | null>

/** Everybody sees all of their own record, whatever their roles say. */
export function ownUser (user: User): VisibleUser {
  return user
}

/** A user of whom nothing may be told but what whoever asks has said themselves. */
export function asGiven (given: NewUser): VisibleUser {
  return { ...given as unknown as VisibleUser, createdBy: null, [visibility]: { userId: '', fields: new Set() } }
}

/** Whose record this is, and whether one of its fields may be read. */
export function visibilityOf (user: VisibleUser): { userId: string, isOwn: boolean, mayRead: (field: string) => boolean } {
  const limited = user[visibility]
  if (limited === undefined) return { userId: user.id as string, isOwn: true, mayRead: () => true }
  return { userId: limited.userId, isOwn: false, mayRead: field => limited.fields.has(field) }
}

/**
 * A user as whoever has changed it may see it: as anybody else who may read it, else nothing but what they gave.
 *
 * @param given what was set of it
 */
export async function afterChange (
  user: User, given: object, principal: Principal, { rolePermissions, showUser }: { rolePermissions: RolePermissionsService, showUser: ShowUser }
): Promise<VisibleUser> {
  const isOwn = principal.kind === 'user' && principal.userId === user.id
  const shown = isOwn || rolePermissions.can(principal, 'read', { table: 'Users' }).allowed ? await showUser(user, principal) : null
  return shown ?? withOnly(user, new Set(['id', ...Object.keys(given)]))
}

export function createShowUser (rolePermissions: RolePermissionsService, readableRecords: ReadableRecords): ShowUser {
  return async (user, principal) => {
    if (user !== null && principal.kind === 'user' && principal.userId === user.id) return ownUser(user)
    if (user === null) {
      rolePermissions.authorize(principal, 'read', { table: 'Users' })
      return null
    }
    const fields = (await readableRecords(principal, 'Users', [user.id])).get(user.id)
    return fields === undefined ? null : withOnly(user, fields)
  }
}

function withOnly (user: User, fields: ReadableFields): VisibleUser {
  const visible = Object.fromEntries(Object.entries(user).map(([field, value]) => [field, fields.has(field) ? value : null]))
  return { [visibility]: { userId: user.id, fields }, ...visible as VisibleUser }
}

/** A user that was read as somebody may see it. */
export function userRead (record: VisibleRecord, principal: Principal): VisibleUser {
  const { id, fields } = visibilityOfRecord(record) as Visibility
  const user = record as unknown as User
  // The user last: V8 makes a shape for each object that something is added to after a spread.
  return principal.kind === 'user' && principal.userId === id ? ownUser(user) : { [visibility]: { userId: id, fields }, ...user }
}
