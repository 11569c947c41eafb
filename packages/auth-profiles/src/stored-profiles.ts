import { dialectOf, raiseVersion, readVersion, type StoredVersion, type Tables } from '@latchkey/database'
import type { Kysely, Transaction } from 'kysely'
import { noSettings, type AuthenticationSettings } from './authentication-settings.js'
import { checkFields, type ProfileFields } from './profile-fields.js'
import type { AuthenticationProfilesTable } from './tables.js'

/** A profile made at run time, as it is stored. */
export interface StoredProfile {
  readonly id: string
  readonly name: string
  /** `null` where what is stored cannot be read. */
  readonly fields: ProfileFields | null
  /** Sealed; `null`: none. */
  readonly clientSecret: string | null
  readonly roleIds: readonly string[]
  /** What its adapter said of its tokens when it was written. */
  readonly issuer: string
  readonly clientId: string
  readonly audiences: readonly string[]
  readonly domain: string
  /** Another one whenever it was changed; after a fail-over that lost the last change, with `updatedAt`. */
  readonly revision: number
  readonly createdAt: string
  readonly updatedAt: string
}

export const VERSION_TABLE = 'latchkey_authentication_version'

/** Everything that is stored, as it was at a version. */
export interface Stored {
  readonly version: StoredVersion
  /** In order. */
  readonly profiles: readonly StoredProfile[]
  readonly settings: AuthenticationSettings
}

/** Reads the version first: a change in between is then seen as one more change, and not missed. */
export async function loadStored (db: Kysely<Tables>): Promise<Stored> {
  return { version: await readVersion(db, VERSION_TABLE), profiles: await allProfiles(db), settings: await readSettings(db) }
}

/**
 * The one way in which profiles and settings change. In a transaction that only one copy of the app can be in, `change`
 * is given all that is stored and writes what it wants.
 *
 * @param change may throw, and then nothing is changed; `read` gives what is stored by then
 * @returns what is stored then
 */
export async function changeStored (db: Kysely<Tables>, change: (transaction: Transaction<Tables>, before: Stored, read: () => Promise<Stored>) => Promise<void>): Promise<Stored> {
  return await db.transaction().execute(async transaction => {
    const version = await raiseVersion(transaction, VERSION_TABLE)
    const read = async () => ({ version, profiles: await allProfiles(transaction), settings: await readSettings(transaction) })
    await change(transaction, await read(), read)
    return await read()
  })
}

/** Writes a profile with its roles, over the one of its id. */
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

/** Puts the profiles of these ids into this order. */
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

/** A truth value as the column has it: SQLite knows none. */
function flagOf (db: Kysely<Tables>, value: boolean): boolean | number {
  return dialectOf(db) === 'postgres' ? value : Number(value)
}
