import type { AuthenticationProfile, AuthProfiles } from '@latchkey/auth-profiles'
import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import { withOnly, type ReadableFields, type ReadableRecords } from './readable-records.js'

/** A profile in the form that clients use, without its secret. */
export interface ProfileRecord {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly clientId: string
  readonly domain: string
  readonly issuer: string
  readonly audiences: readonly string[]
  readonly secret: null
  readonly hasSecret: boolean
  readonly selfSignUpEnabled: boolean
  readonly selfSignUpEmailDomains: readonly string[]
  /** Ids; the roles are looked up when a query selects them. */
  readonly roles: readonly string[]
  readonly linkByEmail: string
  readonly onEmailChange: string
  readonly callbackUrls: readonly string[]
  readonly logoutUrls: readonly string[]
  readonly databaseName: unknown
  readonly managementDomain: unknown
  readonly attributes: { readonly clientAuthDomain: string } | null
  readonly options: Readonly<Record<string, unknown>>
  readonly position: number
  readonly declaredInConfiguration: boolean
  readonly createdAt: string | null
  readonly updatedAt: string | null
}

/** A profile as a principal may read it. */
export type VisibleProfile = Partial<ProfileRecord>

/** Restricts profiles to what a principal may read. */
export interface VisibleProfiles {
  /** The readable profiles of a list. @throws ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED if the principal may read none */
  among (profiles: readonly AuthenticationProfile[], principal: Principal): Promise<readonly VisibleProfile[]>
  /** A profile that was just changed, as the principal may read it, plus its id, which they already know. */
  changed (profile: AuthenticationProfile, principal: Principal): Promise<VisibleProfile>
}

const TABLE = 'AuthenticationProfiles'

/** @param names the fields that permissions can name */
export function createVisibleProfiles (rolePermissions: RolePermissionsService, readableRecords: ReadableRecords, names: readonly string[]): VisibleProfiles {
  const profiles: VisibleProfiles = {
    among: async (list, principal) => {
      const ofConfiguration = readableOfConfiguration(principal)
      const ofDatabase = await readableRecords(principal, TABLE, list.filter(({ declaredInConfiguration }) => !declaredInConfiguration).map(({ id }) => id))
      return list.flatMap(profile => {
        const fields = profile.declaredInConfiguration ? ofConfiguration : ofDatabase.get(profile.id)
        return fields == null ? [] : [withOnly(toRecord(profile), fields)]
      })
    },
    changed: async (profile, principal) => {
      const mayRead = rolePermissions.can(principal, 'read', { table: TABLE }).allowed
      const [visible] = mayRead ? await profiles.among([profile], principal) : []
      return { ...visible, id: profile.id }
    }
  }

  /**
   * The readable fields of configured profiles; `null` if none are readable. These profiles are not database records, so a
   * permission with a filter admits none of them.
   */
  function readableOfConfiguration (principal: Principal): ReadableFields | null {
    const { grants } = rolePermissions.authorize(principal, 'read', { table: TABLE })
    const unconditional = grants.filter(grant => grant.filter === null)
    if (unconditional.length === 0) return null
    return new Set(names.filter(field => unconditional.some(({ fields }) => fields === null || fields.has(field))))
  }

  return profiles
}

/** The profile with this id or name, from memory. */
export function findProfile (authProfiles: AuthProfiles, { id, name }: { readonly id?: string | null, readonly name?: string | null }): AuthenticationProfile | null {
  const found = id == null ? authProfiles.find({ name: name ?? '' }) : authProfiles.find({ id })
  return found === null || (name != null && found.name !== name) ? null : found
}

export function toRecord (profile: AuthenticationProfile): ProfileRecord {
  const { selfSignUp, roleIds, options, type, domain } = profile
  return {
    id: profile.id,
    name: profile.name,
    type,
    clientId: profile.clientId,
    domain,
    issuer: profile.issuer,
    audiences: profile.audiences,
    secret: null,
    hasSecret: profile.hasSecret,
    selfSignUpEnabled: selfSignUp !== 'off',
    selfSignUpEmailDomains: typeof selfSignUp === 'string' ? [] : selfSignUp.emailDomains,
    roles: roleIds,
    linkByEmail: profile.linkByEmail,
    onEmailChange: profile.onEmailChange,
    callbackUrls: profile.callbackUrls,
    logoutUrls: profile.logoutUrls,
    databaseName: options.connection ?? null,
    managementDomain: options.managementDomain ?? null,
    attributes: type === 'cognito' ? { clientAuthDomain: domain.replace(/^https?:\/\//, '') } : null,
    options,
    position: profile.position,
    declaredInConfiguration: profile.declaredInConfiguration,
    createdAt: profile.createdAt,
    updatedAt: profile.updatedAt
  }
}
