import { isStorableText, type Change, type ChangeOptions, type Tables } from '@latchkey/database'
import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Expression, Kysely, SqlBool, Transaction } from 'kysely'
import { changedSettings, type AuthenticationSettings, type AuthenticationSettingsChange } from './authentication-settings.js'
import type { CurrentProfiles } from './current-profiles.js'
import {
  AUTH_PROFILES_ERR_CONFLICT, AUTH_PROFILES_ERR_DECLARED_IN_CONFIGURATION, AUTH_PROFILES_ERR_INVALID_PROFILE, AUTH_PROFILES_ERR_NAME_TAKEN,
  AUTH_PROFILES_ERR_PROFILE_NOT_FOUND, AUTH_PROFILES_ERR_ROLE_NOT_FOUND
} from './errors.js'
import { assertAllowedUrls } from './issuer-urls.js'
import type { CheckedProfile } from './connection-check.js'
import { describeIssuer, describeStored, type OpenedProfile } from './open-profiles.js'
import { changedFields, changedRoles, checkFields, newFields, type ProfileFields } from './profile-fields.js'
import type { AuthenticationProfile, NewProfile, ProfileChange } from './profile.js'
import type { ProfileSecrets } from './profile-secrets.js'
import { changeStored, loadStored, writeOrder, writeProfile, writeSettings, type Stored, type StoredProfile } from './stored-profiles.js'

type Options = ChangeOptions<AuthenticationProfile>

/** Creates, updates and deletes profiles at run time, and updates the settings. */
export interface ProfileChanges {
  create (profile: NewProfile, options?: Pick<Options, 'inTransaction'>): Promise<AuthenticationProfile>
  update (id: string, change: ProfileChange, options?: Options): Promise<AuthenticationProfile>
  delete (id: string, options?: Options): Promise<void>
  updateSettings (change: AuthenticationSettingsChange, options?: Pick<ChangeOptions<AuthenticationSettings>, 'inTransaction'>): Promise<AuthenticationSettings>
  /**
   * A stored profile as a change would leave it, for a test. Uses the stored secret if the change has none.
   *
   * @throws AUTH_PROFILES_ERR_PROFILE_NOT_FOUND, AUTH_PROFILES_ERR_DECLARED_IN_CONFIGURATION, AUTH_PROFILES_ERR_SECRET_UNREADABLE
   * @throws AUTH_PROFILES_ERR_INVALID_PROFILE if the stored secret would be sent to a server other than the one it was entered for
   */
  draft (id: string, change: ProfileChange, options?: Pick<Options, 'where'>): Promise<CheckedProfile>
  /** Re-encrypts every secret that is not encrypted with the current key. */
  sealAnew (): Promise<void>
}

interface ProfileChangesParts {
  readonly db: Kysely<Tables>
  readonly current: CurrentProfiles
  readonly configured: readonly OpenedProfile[]
  readonly secrets: ProfileSecrets
  /** Whether plain http is refused even for addresses of this machine. */
  readonly production: boolean
  /** @throws if tokens of the profiles could not be told apart, or an issuer cannot be trusted */
  checkTrust (opened: OpenedProfile): void
}

export function createProfileChanges ({ db, current, configured, secrets, production, checkTrust }: ProfileChangesParts): ProfileChanges {
  type TryOpening = Parameters<Parameters<CurrentProfiles['change']>[0]>[0]

  /** Writes a profile, if its adapter accepts the options and no other profile conflicts with it. */
  async function write (transaction: Transaction<Tables>, before: Stored, wanted: Omit<StoredProfile, 'issuer' | 'clientId' | 'audiences' | 'domain'> & { readonly fields: ProfileFields }, clientSecret: string | null, tryOpening: TryOpening): Promise<void> {
    const others = before.profiles.filter(({ id }) => id !== wanted.id)
    assertNameIsFree(wanted.name, [...configured.map(({ profile }) => profile), ...others])
    const provider = tryOpening({ ...wanted, issuer: '', clientId: '', audiences: [], domain: '' }, clientSecret)
    const profile = { ...wanted, ...describeIssuer(provider, wanted.fields.options.domain) }
    assertNoConflict(profile, [...configured.map(({ profile }) => profile), ...others])
    checkTrust({ profile: describeStored(profile, 0), provider })
    if (wanted.roleIds.length > 0) {
      const existing = await transaction.selectFrom('latchkey_roles').select('id').where('id', 'in', wanted.roleIds).execute()
      if (existing.length < wanted.roleIds.length) throw new AUTH_PROFILES_ERR_ROLE_NOT_FOUND()
    }
    await writeProfile(transaction, profile)
  }

  /** Moves a profile to a position. Without a position, a new profile goes to the end, and an existing one stays. */
  async function place (transaction: Transaction<Tables>, before: Stored, id: string, position: number | undefined): Promise<void> {
    const ids = before.profiles.map(profile => profile.id)
    const isNew = !ids.includes(id)
    if (position === undefined && !isNew) return
    if (position !== undefined && position < configured.length) throw new AUTH_PROFILES_ERR_INVALID_PROFILE({ position: `must be ${configured.length} or more: the configured profiles come first` })
    const others = ids.filter(other => other !== id)
    const index = position === undefined ? others.length : Math.min(position - configured.length, others.length)
    await writeOrder(transaction, others.toSpliced(index, 0, id))
  }

  async function finish ({ inTransaction }: Options, transaction: Transaction<Tables>, change: Change<AuthenticationProfile>): Promise<void> {
    await inTransaction?.(transaction, change)
  }

  /**
   * The secret of a profile after a change.
   *
   * @param given the new secret; if `undefined`, the stored one stays
   * @throws AUTH_PROFILES_ERR_INVALID_PROFILE if the stored one would be sent to another server, AUTH_PROFILES_ERR_SECRET_UNREADABLE
   */
  function secretOf ({ id, fields, clientSecret }: StoredProfile, after: ProfileFields, given: string | null | undefined): string | null {
    if (given !== undefined || clientSecret === null) return given ?? null
    assertSameAddressee(fields as ProfileFields, after)
    return secrets.open(id, clientSecret)
  }

  const describe = (stored: Stored, id: string): AuthenticationProfile | null => {
    const index = stored.profiles.findIndex(profile => profile.id === id)
    return index < 0 ? null : describeStored(stored.profiles[index] as StoredProfile, configured.length + index)
  }

  /** The stored profile to change. @throws AUTH_PROFILES_ERR_DECLARED_IN_CONFIGURATION, AUTH_PROFILES_ERR_PROFILE_NOT_FOUND */
  async function existing (transaction: Kysely<Tables>, stored: Stored, id: string, where: Expression<SqlBool> | null | undefined): Promise<StoredProfile> {
    const found = stored.profiles.find(profile => profile.id === id)
    if (found === undefined) throw new AUTH_PROFILES_ERR_PROFILE_NOT_FOUND()
    if (where == null) return found
    const row = await transaction.selectFrom('latchkey_authentication_profiles').select('latchkey_authentication_profiles.id')
      .where('latchkey_authentication_profiles.id', '=', id).where(where).executeTakeFirst()
    if (row === undefined) throw new AUTH_PROFILES_ERR_PROFILE_NOT_FOUND()
    return found
  }

  function assertStored (id: string): void {
    if (configured.some(({ profile }) => profile.id === id)) throw new AUTH_PROFILES_ERR_DECLARED_IN_CONFIGURATION(id)
    if (!isStorableText(id)) throw new AUTH_PROFILES_ERR_PROFILE_NOT_FOUND()
  }

  /** The created or updated profile, even if a change by another instance has since made it impossible to open. */
  function changed (id: string, written: AuthenticationProfile | null): AuthenticationProfile {
    return current.get(id)?.profile ?? written as AuthenticationProfile
  }

  return {
    create: async (given, options = {}) => {
      checkNew(given, production)
      const fields = newFields(given)
      const id = randomUUID()
      const now = new Date().toISOString()
      const clientSecret = given.clientSecret ?? null
      const sealed = clientSecret === null ? null : secrets.seal(id, clientSecret)
      let written: AuthenticationProfile | null = null
      await current.change(async tryOpening => await changeStored(db, async (transaction, before, read) => {
        const wanted = { id, name: fields.name, fields, clientSecret: sealed, roleIds: changedRoles([], given.roleIds), revision: before.version.number, createdAt: now, updatedAt: now }
        await write(transaction, before, wanted, clientSecret, tryOpening)
        await place(transaction, before, id, given.position)
        written = describe(await read(), id)
        await finish(options, transaction, { before: null, after: written })
      }))
      return changed(id, written)
    },

    update: async (id, given, options = {}) => {
      checkFields(given)
      assertStored(id)
      const { clientSecret: secret } = given
      const sealed = secret == null ? secret : secrets.seal(id, secret)
      let written: AuthenticationProfile | null = null
      await current.change(async tryOpening => await changeStored(db, async (transaction, before, read) => {
        const profile = await existing(transaction, before, id, options.where)
        const fields = changedFields(readable(profile), given)
        assertAllowedUrls(fields.options, production)
        const clientSecret = secretOf(profile, fields, secret)
        const wanted = {
          ...profile,
          name: fields.name,
          fields,
          clientSecret: sealed === undefined ? profile.clientSecret : sealed,
          roleIds: changedRoles(profile.roleIds, given.roleIds),
          revision: before.version.number,
          updatedAt: new Date().toISOString()
        }
        await write(transaction, before, wanted, clientSecret, tryOpening)
        await place(transaction, before, id, given.position)
        written = describe(await read(), id)
        await finish(options, transaction, { before: describe(before, id), after: written })
      }))
      return changed(id, written)
    },

    delete: async (id, options = {}) => {
      assertStored(id)
      await current.change(async () => await changeStored(db, async (transaction, before) => {
        await existing(transaction, before, id, options.where)
        await transaction.deleteFrom('latchkey_authentication_profile_roles').where('profile_id', '=', id).execute()
        await transaction.deleteFrom('latchkey_authentication_profiles').where('id', '=', id).execute()
        await finish(options, transaction, { before: describe(before, id), after: null })
      }))
    },

    updateSettings: async (change, { inTransaction } = {}) => {
      let after: AuthenticationSettings | undefined
      await current.change(async () => await changeStored(db, async (transaction, { settings }) => {
        after = changedSettings(settings, change)
        await writeSettings(transaction, after)
        await inTransaction?.(transaction, { before: settings, after })
      }))
      return after as AuthenticationSettings
    },

    draft: async (id, given, { where } = {}) => {
      assertStored(id)
      const profile = await existing(db, await loadStored(db), id, where)
      const before = readable(profile)
      const mistake = mistakeIn(given)
      const fields = mistake === null ? changedFields(before, given) : before
      const clientSecret = secretOf(profile, fields, given.clientSecret)
      return {
        open: async () => {
          if (mistake !== null) throw mistake
          assertAllowedUrls(fields.options, production)
          return await current.openBeside({ id, fields }, clientSecret)
        },
        inUse: false,
        callbackUrls: fields.callbackUrls,
        checkConflict: ({ issuer }) => { assertNoConflict(issuer, current.all.filter(({ profile }) => profile.id !== id).map(({ profile }) => profile)) }
      }
    },

    sealAnew: async () => {
      const rows = await db.selectFrom('latchkey_authentication_profiles').select(['id', 'client_secret']).where('client_secret', 'is not', null).execute()
      for (const { id, client_secret: sealed } of rows) {
        const anew = secrets.sealAnew(id, sealed as string)
        // Unless another instance did so, or the secret was changed, meanwhile.
        if (anew !== null) await db.updateTable('latchkey_authentication_profiles').set({ client_secret: anew }).where('id', '=', id).where('client_secret', '=', sealed).execute()
      }
    }
  }
}

/** Checks each field of a new profile by itself. @throws AUTH_PROFILES_ERR_INVALID_PROFILE */
export function checkNew (profile: NewProfile, production: boolean): void {
  checkFields(profile)
  requireFields(profile)
  assertAllowedUrls(profile.options ?? {}, production)
}

/** @throws AUTH_PROFILES_ERR_CONFLICT if one of the others accepts the same tokens */
export function assertNoConflict ({ issuer, audiences }: Pick<StoredProfile, 'issuer' | 'audiences'>, others: readonly (Pick<StoredProfile, 'name' | 'issuer' | 'audiences'>)[]): void {
  for (const other of others) {
    const shared = other.issuer === issuer ? audiences.find(audience => other.audiences.includes(audience)) : undefined
    if (shared !== undefined) throw new AUTH_PROFILES_ERR_CONFLICT(other.name, shared)
  }
}

function requireFields ({ name, type }: Partial<NewProfile>): void {
  const details = Object.entries({ name, type }).flatMap(([field, value]) => value === undefined ? [[field, 'is required'] as const] : [])
  if (details.length > 0) throw new AUTH_PROFILES_ERR_INVALID_PROFILE(Object.fromEntries(details))
}

/** @throws AUTH_PROFILES_ERR_INVALID_PROFILE */
function readable ({ fields }: StoredProfile): ProfileFields {
  if (fields === null) throw new AUTH_PROFILES_ERR_INVALID_PROFILE({ id: 'has stored data that cannot be read: delete the profile and create it again' })
  return fields
}

/** The error if a field of a change is invalid by itself. */
function mistakeIn (change: ProfileChange): Error | null {
  try {
    checkFields(change)
    return null
  } catch (error) {
    return error as Error
  }
}

/** Somebody who may update a profile must not be able to read its secret by sending it to their own server. */
function assertSameAddressee (before: ProfileFields, after: ProfileFields): void {
  const addressee = ({ type, options: { issuer, domain, endpoint, region } }: ProfileFields) => [type, issuer, domain, endpoint, region]
  if (!isDeepStrictEqual(addressee(before), addressee(after))) throw new AUTH_PROFILES_ERR_INVALID_PROFILE({ clientSecret: 'must be entered again or removed, because it would be sent to another server' })
}

function assertNameIsFree (name: string, others: readonly { readonly name: string }[]): void {
  if (others.some(other => other.name === name)) throw new AUTH_PROFILES_ERR_NAME_TAKEN()
}
