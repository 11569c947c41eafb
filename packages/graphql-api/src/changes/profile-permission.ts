import type { AuthenticationProfile, SelfSignUp } from '@latchkey/auth-profiles'
import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import { isDeepStrictEqual } from 'node:util'
import { GRAPHQL_API_ERR_NOT_AUTHORIZED, GRAPHQL_API_ERR_NOT_FOUND } from '../errors.js'
import { readRolesChange, type RoleGiving, type RoleKey, type RolesChange, type RolesChangeInput } from './role-giving.js'

/** What of a profile decides who people are, and what lets them in. */
export type ProfilePowers = Pick<AuthenticationProfile, 'type' | 'options' | 'linkByEmail' | 'onEmailChange' | 'callbackUrls' | 'selfSignUp' | 'roleIds'>

export interface ProfilePermission {
  /**
   * Whoever makes a profile, or says whose tokens one accepts, decides who everybody is, administrators too.
   *
   * @throws GRAPHQL_API_ERR_NOT_AUTHORIZED unless the principal may do everything
   */
  assertMayTrust (principal: Principal, action: 'create' | 'update'): void
  /**
   * Who may not do everything changes neither whose tokens a profile accepts nor how they are bound to users, has no codes sent to another
   * site, gives no role that may do more than they may, and lets in nobody else with such a role.
   *
   * @throws GRAPHQL_API_ERR_NOT_AUTHORIZED
   */
  assertMayChange (principal: Principal, before: ProfilePowers, after: ProfilePowers): void
  /**
   * The ids of the roles that an input names; whether they may be given is for `assertMayChange` to say.
   *
   * @throws GRAPHQL_API_ERR_NOT_AUTHORIZED, or from who may do everything GRAPHQL_API_ERR_NOT_FOUND, for a role that there is not
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
    // Who may not give every role need not learn which there are.
    if (!rolePermissions.mayDoEverything(principal)) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('Roles', 'update')
    throw new GRAPHQL_API_ERR_NOT_FOUND('Role')
  }

  /** Where a profile has none, who signs up gets Guest. */
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
 * A code that is sent to a site signs its owner in as whoever followed a link to the login page: a new address must be on
 * a site that has them already.
 *
 * @throws GRAPHQL_API_ERR_NOT_AUTHORIZED
 */
export function assertKnownSites (before: readonly string[], after: readonly string[], table: string): void {
  const sites = new Set(before.map(siteOf))
  if (after.some(url => !before.includes(url) && !sites.has(siteOf(url)))) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED(table, 'update')
}

/** An address of an app on a phone is a site of its own, and so is what is no address. */
function siteOf (url: string): string {
  const origin = URL.parse(url)?.origin ?? 'null'
  return origin === 'null' ? url : origin
}

function letsInMore (before: SelfSignUp, after: SelfSignUp): boolean {
  if (after === 'off' || before === 'open') return false
  if (after === 'open' || before === 'off') return true
  return after.emailDomains.some(domain => !before.emailDomains.includes(domain.toLowerCase()))
}
