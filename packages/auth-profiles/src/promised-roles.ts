import { refusalOf, type ApiTokens } from '@latchkey/api-tokens'
import { mayDoEverything, type Principal, type Role, type RolePermissionsService } from '@latchkey/role-permissions'
import type { UsersStore } from '@latchkey/users-store'

/** Who gives roles to somebody who is to come: what of a principal lasts until then. */
export type Giver = { readonly kind: 'guest' } | { readonly kind: 'user', readonly userId: string } | { readonly kind: 'apiToken', readonly tokenId: string }

/** Roles that were given to somebody who was to come, when they have come. */
export interface PromisedRoles {
  /** The ids of those that they get. */
  readonly roleIds: readonly string[]
  /** The ids of those that whoever gave them may not give any more. */
  readonly withheld: readonly string[]
  /** `null` where nobody was named, and all are given. */
  readonly givenBy: Giver | null
}

export const noRoles: PromisedRoles = Object.freeze({ roleIds: [], withheld: [], givenBy: null })

interface Services {
  readonly usersStore: UsersStore
  readonly rolePermissions: RolePermissionsService
  /** `null` where the app has none. */
  readonly apiTokens: () => ApiTokens | null
}

/**
 * Asks of a promise, when it is to be kept, whether it may be: nobody gives a role that they do not have themselves, unless they may do everything.
 * Whoever took it may have asked for more. Roles that were deleted meanwhile are left out.
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

  /** None of who is not there any more, or is refused. */
  async function rolesOf (giver: Giver): Promise<readonly Role[]> {
    switch (giver.kind) {
      case 'user':
        // Of a user who was deleted, roles may be left behind.
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

/** What is kept of a principal that gives roles. */
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
