import { refusalOf, type ApiTokens } from '@latchkey/api-tokens'
import { mayDoEverything, type Principal, type Role, type RolePermissionsService } from '@latchkey/role-permissions'
import type { UsersStore } from '@latchkey/users-store'

/** Who promised roles to a future user: the lasting part of a principal. */
export type Giver = { readonly kind: 'guest' } | { readonly kind: 'user', readonly userId: string } | { readonly kind: 'apiToken', readonly tokenId: string }

/** The roles promised to a future user, evaluated when that user is created. */
export interface PromisedRoles {
  /** The ids of the roles that the user gets. */
  readonly roleIds: readonly string[]
  /** The ids of the roles that the giver may no longer give. */
  readonly withheld: readonly string[]
  /** `null` if nobody was named; then all roles are given. */
  readonly givenBy: Giver | null
}

export const noRoles: PromisedRoles = Object.freeze({ roleIds: [], withheld: [], givenBy: null })

interface Services {
  readonly usersStore: UsersStore
  readonly rolePermissions: RolePermissionsService
  /** `null` if the app has none. */
  readonly apiTokens: () => ApiTokens | null
}

/**
 * Decides which promised roles the new user gets: nobody can give a role that they do not have themselves, unless they
 * have full access. (The caller may have applied stricter rules when the promise was made.) Deleted roles are left out.
 */
export type KeepPromise = (promise: { readonly roleIds: readonly string[], readonly givenBy: Giver | null }) => Promise<PromisedRoles>

export function createKeepPromise ({ usersStore, rolePermissions, apiTokens }: Services): KeepPromise {
  return async ({ roleIds, givenBy }) => {
    const existing = roleIds.filter(id => rolePermissions.find({ id }) !== null)
    if (existing.length === 0 || givenBy === null) return { ...noRoles, roleIds: existing }
    const own = await rolesOf(givenBy)
    const mayGive = own.some(mayDoEverything) ? existing : existing.filter(id => own.some(role => role.id === id))
    return { roleIds: mayGive, withheld: existing.filter(id => !mayGive.includes(id)), givenBy }
  }

  /** The giver's own roles; empty if the giver no longer exists or is refused. */
  async function rolesOf (giver: Giver): Promise<readonly Role[]> {
    switch (giver.kind) {
      case 'user':
        // A deleted user may leave role assignments behind.
        return await usersStore.findById(giver.userId) === null ? [] : await rolePermissions.rolesOf(giver.userId)
      case 'apiToken': {
        const token = await apiTokens()?.find({ id: giver.tokenId }) ?? null
        return token === null || refusalOf(token) !== null ? [] : known(token.roles)
      }
      case 'guest':
        return known(rolePermissions.guest().roles)
    }
  }

  function known (roleIds: readonly string[]): Role[] {
    return roleIds.flatMap(id => rolePermissions.find({ id }) ?? [])
  }
}

/** The part of a principal that is stored with a promise. */
export function asGiver (principal: Principal): Giver {
  switch (principal.kind) {
    case 'user':
      return { kind: 'user', userId: principal.userId }
    case 'apiToken':
      return { kind: 'apiToken', tokenId: principal.tokenId }
    case 'guest':
      return { kind: 'guest' }
  }
}
