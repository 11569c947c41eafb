import type { AuthenticationProfile, AuthProfiles } from '@latchkey/auth-profiles'
import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import type { ReadableFields, ReadableRecords } from './readable-records.js'

/** A profile in the words that clients know, and without its secret, which nobody is told. */
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
  /** Ids; what the roles are is found when they are asked for. */
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

/** A profile as somebody may see it. */
export type VisibleProfile = Partial<ProfileRecord>

/** Reads profiles as somebody may read them. */
export interface VisibleProfiles {
  /** Those of the list that may be read. @throws ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED when that is none */
  among (profiles: readonly AuthenticationProfile[], principal: Principal): Promise<readonly VisibleProfile[]>
  /** A profile that was changed just now, as far as whoever changed it may read it; its id they know. */
  changed (profile: AuthenticationProfile, principal: Principal): Promise<VisibleProfile>
}

const TABLE = 'AuthenticationProfiles'

/** @param names the fields that permissions may name */
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
   * Which fields of the profiles of the configuration may be read; `null` if none of them may. They are no records of the database, so
   * that what a role says of some profiles only holds for none of them.
   */
  function readableOfConfiguration (principal: Principal): ReadableFields | null {
    const { grants } = rolePermissions.authorize(principal, 'read', { table: TABLE })
    const unconditional = grants.filter(grant => grant.filter === null)
    if (unconditional.length === 0) return null
    return new Set(names.filter(field => unconditional.some(({ fields }) => fields === null || fields.has(field))))
  }

  return profiles
}

/** The profile of this id or name, as memory has it. */
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

function withOnly (record: ProfileRecord, fields: ReadableFields): VisibleProfile {
  return Object.fromEntries(Object.entries(record).filter(([field]) => fields.has(field)))
}
