import type { AuthenticationProfile, SelfSignUp } from '@latchkey/auth-profiles'
import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import { isDeepStrictEqual } from 'node:util'
import { GRAPHQL_API_ERR_NOT_AUTHORIZED, GRAPHQL_API_ERR_NOT_FOUND } from '../errors.js'
import { readRolesChange, type RoleGiving, type RoleKey, type RolesChange, type RolesChangeInput } from './role-giving.js'

/** The fields of a profile that decide who people are and who may sign up. */
export type ProfilePowers = Pick<AuthenticationProfile, 'type' | 'options' | 'linkByEmail' | 'onEmailChange' | 'callbackUrls' | 'selfSignUp' | 'roleIds'>

export interface ProfilePermission {
  /**
   * Whoever creates a profile, or decides whose tokens it accepts, decides who everybody is, including administrators.
   *
   * @throws GRAPHQL_API_ERR_NOT_AUTHORIZED unless the principal has full access
   */
  assertMayTrust (principal: Principal, action: 'create' | 'update'): void
  /**
   * Without full access, a principal may not change whose tokens a profile accepts or how they are bound to users, send
   * sign-in codes to another site, give a role with more permissions than their own, or let more people sign up with one.
   *
   * @throws GRAPHQL_API_ERR_NOT_AUTHORIZED
   */
  assertMayChange (principal: Principal, before: ProfilePowers, after: ProfilePowers): void
  /**
   * The ids of the roles that an input names. `assertMayChange` decides whether they may be given.
   *
   * @throws GRAPHQL_API_ERR_NOT_AUTHORIZED for an unknown role; with full access, GRAPHQL_API_ERR_NOT_FOUND
   * @throws GRAPHQL_API_ERR_INVALID_ARGUMENT
   */
  roles (principal: Principal, input: RolesChangeInput): RolesChange
}

const TABLE = 'AuthenticationProfiles'

export function createProfilePermission (rolePermissions: RolePermissionsService, roleGiving: RoleGiving): ProfilePermission {
  return {
    assertMayTrust: (principal, action) => {
      if (!rolePermissions.mayDoEverything(principal)) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED(TABLE, action)
    },
    assertMayChange: (principal, before, after) => {
      if (rolePermissions.mayDoEverything(principal)) return
      if (!isDeepStrictEqual(trustOf(before), trustOf(after))) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED(TABLE, 'update')
      assertKnownSites(before.callbackUrls, after.callbackUrls, TABLE)
      const [given, gave] = [rolesGivenBy(after), rolesGivenBy(before)]
      assertHasAll(principal, given.filter(id => !gave.includes(id)))
      if (letsInMore(before.selfSignUp, after.selfSignUp)) assertHasAll(principal, given)
    },
    roles: (principal, input) => {
      const ids = (keys: readonly RoleKey[]) => keys.map(key => find(principal, key))
      return readRolesChange(input, ids, ids)
    }
  }

  function find (principal: Principal, { id, name }: RoleKey): string {
    const found = rolePermissions.find(id != null ? { id } : { name: name ?? '' })
    if (found !== null && (name == null || found.name === name)) return found.id
    // Without full access, a principal must not find out which roles exist.
    if (!rolePermissions.mayDoEverything(principal)) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('Roles', 'update')
    throw new GRAPHQL_API_ERR_NOT_FOUND('Role')
  }

  /** If a profile has no roles, new users get Guest. */
  function rolesGivenBy ({ roleIds }: ProfilePowers): readonly string[] {
    const existing = roleIds.filter(id => rolePermissions.find({ id }) !== null)
    return existing.length > 0 ? existing : rolePermissions.guest().roles
  }

  function assertHasAll (principal: Principal, roleIds: readonly string[]): void {
    for (const id of roleIds) {
      const role = rolePermissions.find({ id })
      if (role !== null) roleGiving.assertHas(principal, role)
    }
  }
}

function trustOf ({ type, options, linkByEmail, onEmailChange }: ProfilePowers): unknown {
  return { type, options, linkByEmail, onEmailChange }
}

/**
 * A site that receives a sign-in code can sign in as whoever followed a link to the login page. So a new address must be on
 * a site that is already allowed.
 *
 * @throws GRAPHQL_API_ERR_NOT_AUTHORIZED
 */
export function assertKnownSites (before: readonly string[], after: readonly string[], table: string): void {
  const sites = new Set(before.map(siteOf))
  if (after.some(url => !before.includes(url) && !sites.has(siteOf(url)))) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED(table, 'update')
}

/** The address of a native app counts as its own site, and so does an invalid address. */
function siteOf (url: string): string {
  const origin = URL.parse(url)?.origin ?? 'null'
  return origin === 'null' ? url : origin
}

function letsInMore (before: SelfSignUp, after: SelfSignUp): boolean {
  if (after === 'off' || before === 'open') return false
  if (after === 'open' || before === 'off') return true
  return after.emailDomains.some(domain => !before.emailDomains.includes(domain.toLowerCase()))
}
