import { dialectOf, raiseVersion, readVersion, type StoredVersion, type Tables } from '@latchkey/database'
import type { Expression, Kysely, SqlBool, Transaction } from 'kysely'
import { noSettings, type AuthenticationSettings } from './authentication-settings.js'
import { AUTH_PROFILES_ERR_INVALID_PROFILE, AUTH_PROFILES_ERR_PROFILE_NOT_FOUND } from './errors.js'
import { checkFields, type ProfileFields } from './profile-fields.js'
import type { AuthenticationProfilesTable } from './tables.js'

/** A profile created at run time, as stored. */
export interface StoredProfile {
  readonly id: string
  readonly name: string
  /** `null` if the stored data cannot be read. */
  readonly fields: ProfileFields | null
  /** Encrypted; `null`: none. */
  readonly clientSecret: string | null
  readonly roleIds: readonly string[]
  /** As its adapter reported them when the profile was written. */
  readonly issuer: string
  readonly clientId: string
  readonly audiences: readonly string[]
  readonly domain: string
  /** Changes with every update. Compare it together with `updatedAt`, because a failover may lose the last change and reuse a number. */
  readonly revision: number
  readonly createdAt: string
  readonly updatedAt: string
}

export const VERSION_TABLE = 'latchkey_authentication_version'

/** Everything that is stored, at a version. */
export interface Stored {
  readonly version: StoredVersion
  /** In order. */
  readonly profiles: readonly StoredProfile[]
  readonly settings: AuthenticationSettings
}

/** Reads the version first, so that a change in between is seen as one more change instead of being missed. */
export async function loadStored (db: Kysely<Tables>): Promise<Stored> {
  return { version: await readVersion(db, VERSION_TABLE), profiles: await allProfiles(db), settings: await readSettings(db) }
}

/**
 * All changes of profiles and settings go through this function. It runs `change` in a transaction that only one instance
 * can be in at a time, and passes it everything that is stored.
 *
 * @param change if it throws, nothing is changed; `read` returns the stored state within the transaction
 * @returns the stored state after the change
 */
export async function changeStored (db: Kysely<Tables>, change: (transaction: Transaction<Tables>, before: Stored, read: () => Promise<Stored>) => Promise<void>): Promise<Stored> {
  return await db.transaction().execute(async transaction => {
    const version = await raiseVersion(transaction, VERSION_TABLE)
    const read = async () => ({ version, profiles: await allProfiles(transaction), settings: await readSettings(transaction) })
    await change(transaction, await read(), read)
    return await read()
  })
}

/** The stored profile to change, if it meets the condition. @throws AUTH_PROFILES_ERR_PROFILE_NOT_FOUND */
export async function findStored (db: Kysely<Tables>, stored: Stored, id: string, where: Expression<SqlBool> | null | undefined): Promise<StoredProfile> {
  const found = stored.profiles.find(profile => profile.id === id)
  if (found === undefined) throw new AUTH_PROFILES_ERR_PROFILE_NOT_FOUND()
  if (where == null) return found
  const row = await db.selectFrom('latchkey_authentication_profiles').select('latchkey_authentication_profiles.id')
    .where('latchkey_authentication_profiles.id', '=', id).where(where).executeTakeFirst()
  if (row === undefined) throw new AUTH_PROFILES_ERR_PROFILE_NOT_FOUND()
  return found
}

/** @throws AUTH_PROFILES_ERR_INVALID_PROFILE */
export function readableFields ({ fields }: Pick<StoredProfile, 'fields'>): ProfileFields {
  if (fields === null) throw new AUTH_PROFILES_ERR_INVALID_PROFILE({ id: 'has stored data that cannot be read: delete the profile and create it again' })
  return fields
}

/** Inserts a profile with its roles, or replaces the one with its id. */
export async function writeProfile (db: Kysely<Tables>, profile: StoredProfile & { readonly fields: ProfileFields }): Promise<void> {
  const { name, type, ...config } = profile.fields
  const enabled = profile.fields.selfSignUp !== 'off'
  const { id, ...row } = {
    id: profile.id,
    name,
    type,
    issuer: profile.issuer,
    client_id: profile.clientId,
    domain: profile.domain,
    audiences: JSON.stringify(profile.audiences),
    config: JSON.stringify(config),
    client_secret: profile.clientSecret,
    revision: profile.revision,
    created_at: profile.createdAt,
    updated_at: profile.updatedAt
  }
  await db.insertInto('latchkey_authentication_profiles')
    .values({ id, ...row, self_sign_up_enabled: flagOf(db, enabled), position: 0 })
    .onConflict(conflict => conflict.column('id').doUpdateSet({ ...row, self_sign_up_enabled: flagOf(db, enabled) })).execute()
  const losing = db.deleteFrom('latchkey_authentication_profile_roles').where('profile_id', '=', id)
  await (profile.roleIds.length === 0 ? losing : losing.where('role_id', 'not in', profile.roleIds)).execute()
  if (profile.roleIds.length === 0) return
  await db.insertInto('latchkey_authentication_profile_roles').values(profile.roleIds.map(roleId => ({ profile_id: id, role_id: roleId })))
    .onConflict(conflict => conflict.doNothing()).execute()
}

/** Stores this order of the profiles. */
export async function writeOrder (db: Kysely<Tables>, ids: readonly string[]): Promise<void> {
  for (const [position, id] of ids.entries()) {
    await db.updateTable('latchkey_authentication_profiles').set({ position }).where('id', '=', id).where('position', '!=', position).execute()
  }
}

export async function writeSettings (db: Kysely<Tables>, { allowedCallbacks, allowedLogouts, allowedWebOrigins, updatedAt }: AuthenticationSettings): Promise<void> {
  const row = {
    allowed_callbacks: JSON.stringify(allowedCallbacks),
    allowed_logouts: JSON.stringify(allowedLogouts),
    allowed_web_origins: JSON.stringify(allowedWebOrigins),
    updated_at: updatedAt ?? ''
  }
  await db.insertInto('latchkey_authentication_settings').values({ id: 1, ...row })
    .onConflict(conflict => conflict.column('id').doUpdateSet(row)).execute()
}

async function allProfiles (db: Kysely<Tables>): Promise<StoredProfile[]> {
  const rows = await db.selectFrom('latchkey_authentication_profiles').selectAll().orderBy('position').orderBy('created_at').orderBy('id').execute()
  const roles = await db.selectFrom('latchkey_authentication_profile_roles').selectAll().orderBy('role_id').execute()
  return rows.map(row => toProfile(row, roles.filter(({ profile_id: id }) => id === row.id).map(({ role_id: id }) => id)))
}

async function readSettings (db: Kysely<Tables>): Promise<AuthenticationSettings> {
  const row = await db.selectFrom('latchkey_authentication_settings').selectAll().where('id', '=', 1).executeTakeFirst()
  if (row === undefined) return noSettings
  const list = (text: string) => Object.freeze(JSON.parse(text) as string[])
  return Object.freeze({
    allowedCallbacks: list(row.allowed_callbacks),
    allowedLogouts: list(row.allowed_logouts),
    allowedWebOrigins: list(row.allowed_web_origins),
    updatedAt: row.updated_at
  })
}

function toProfile (row: AuthenticationProfilesTable, roleIds: readonly string[]): StoredProfile {
  return {
    id: row.id,
    name: row.name,
    fields: readFields(row),
    clientSecret: row.client_secret,
    roleIds,
    issuer: row.issuer,
    clientId: row.client_id,
    audiences: readAudiences(row),
    domain: row.domain,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at
  }
}

function readFields ({ name, type, config }: AuthenticationProfilesTable): ProfileFields | null {
  try {
    const fields = { ...JSON.parse(config) as ProfileFields, name, type }
    checkFields(fields)
    return fields
  } catch {
    return null
  }
}

function readAudiences ({ audiences }: AuthenticationProfilesTable): string[] {
  try {
    return JSON.parse(audiences) as string[]
  } catch {
    return []
  }
}

/** A boolean as the column stores it: SQLite has no booleans. */
function flagOf (db: Kysely<Tables>, value: boolean): boolean | number {
  return dialectOf(db) === 'postgres' ? value : Number(value)
}
