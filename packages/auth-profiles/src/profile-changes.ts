import { isStorableText, type ChangeOptions, type Tables } from '@latchkey/database'
import type { TokenVerifier } from '@latchkey/token-verifier'
import type { Kysely, Transaction } from 'kysely'
import { randomUUID } from 'node:crypto'
import type { AuthProfiles } from './auth-profiles.js'
import { changedSettings, type AuthenticationSettings } from './authentication-settings.js'
import type { CurrentProfiles } from './current-profiles.js'
import {
  AUTH_PROFILES_ERR_CONFLICT, AUTH_PROFILES_ERR_DECLARED_IN_CONFIGURATION, AUTH_PROFILES_ERR_INVALID_PROFILE, AUTH_PROFILES_ERR_NAME_TAKEN,
  AUTH_PROFILES_ERR_PROFILE_NOT_FOUND, AUTH_PROFILES_ERR_ROLE_NOT_FOUND
} from './errors.js'
import { assertAllowedUrls } from './issuer-urls.js'
import { describeIssuer, describeStored, type OpenedProfile } from './open-profiles.js'
import { changedFields, changedRoles, checkFields, checkNew, newFields, type ProfileFields } from './profile-fields.js'
import type { AuthenticationProfile } from './profile.js'
import type { ProfileSecrets } from './profile-secrets.js'
import { changeStored, findStored, readableFields, writeOrder, writeProfile, writeSettings, type Stored, type StoredProfile } from './stored-profiles.js'
import { checkTrust } from './trusted-issuers.js'

/** A profile to store; its adapter says the rest. */
interface Wanted {
  readonly profile: Pick<StoredProfile, 'id' | 'clientSecret' | 'roleIds' | 'createdAt' | 'updatedAt'> & { readonly fields: ProfileFields }
  /** Not encrypted, for its adapter. */
  readonly clientSecret: string | null
}

/** Creates, updates and deletes profiles at run time, and updates the settings. */
export type ProfileChanges = Pick<AuthProfiles, 'create' | 'update' | 'delete' | 'updateSettings'>

interface ProfileChangesParts {
  readonly db: Kysely<Tables>
  readonly current: CurrentProfiles
  readonly configured: readonly OpenedProfile[]
  readonly secrets: ProfileSecrets
  /** Whether plain http is refused even for addresses of this machine. */
  readonly production: boolean
  readonly tokenVerifier: TokenVerifier
}

export function createProfileChanges ({ db, current, configured, secrets, production, tokenVerifier }: ProfileChangesParts): ProfileChanges {
  /**
   * Stores a profile, if its adapter accepts the options and no other profile conflicts with it.
   *
   * @param position as in `place`
   * @param wanted the profile, given what is stored
   */
  async function store (
    id: string, position: number | undefined, inTransaction: ChangeOptions<AuthenticationProfile>['inTransaction'], wanted: (transaction: Transaction<Tables>, before: Stored) => Wanted | Promise<Wanted>
  ): Promise<AuthenticationProfile> {
    let written: AuthenticationProfile | null | undefined
    await current.change(async tryOpening => await changeStored(db, async (transaction, before, read) => {
      const { profile: { fields, ...given }, clientSecret } = await wanted(transaction, before)
      const others = [...configured.map(({ profile }) => profile), ...before.profiles.filter(profile => profile.id !== id)]
      const draft = { ...given, name: fields.name, fields, revision: before.version.number }
      if (others.some(({ name }) => name === draft.name)) throw new AUTH_PROFILES_ERR_NAME_TAKEN()
      const provider = tryOpening({ ...draft, issuer: '', clientId: '', audiences: [], domain: '' }, clientSecret)
      const profile = { ...draft, ...describeIssuer(provider, fields.options.domain) }
      assertNoConflict(profile, others)
      checkTrust({ profile: describeStored(profile, 0), provider }, current.all, tokenVerifier)
      await assertRolesExist(transaction, profile.roleIds)
      await writeProfile(transaction, profile)
      await place(transaction, before, id, position)
      written = describe(await read(), id)
      await inTransaction?.(transaction, { before: describe(before, id), after: written })
    }))
    // A change by another instance may have made it impossible to open since.
    return current.get(id)?.profile ?? written as AuthenticationProfile
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

  function describe (stored: Stored, id: string): AuthenticationProfile | null {
    const index = stored.profiles.findIndex(profile => profile.id === id)
    return index < 0 ? null : describeStored(stored.profiles[index] as StoredProfile, configured.length + index)
  }

  return {
    create: async (given, { inTransaction } = {}) => {
      checkNew(given, production)
      const id = randomUUID()
      const now = new Date().toISOString()
      const { clientSecret = null } = given
      const sealed = clientSecret === null ? null : secrets.seal(id, clientSecret)
      const profile = { id, fields: newFields(given), clientSecret: sealed, roleIds: changedRoles([], given.roleIds), createdAt: now, updatedAt: now }
      return await store(id, given.position, inTransaction, () => ({ profile, clientSecret }))
    },

    update: async (id, given, { where, inTransaction } = {}) => {
      checkFields(given)
      assertStored(id, configured)
      const { clientSecret: secret } = given
      const sealed = secret == null ? secret : secrets.seal(id, secret)
      return await store(id, given.position, inTransaction, async (transaction, before) => {
        const found = await findStored(transaction, before, id, where)
        const fields = changedFields(readableFields(found), given)
        assertAllowedUrls(fields.options, production)
        const profile = {
          ...found,
          fields,
          clientSecret: sealed === undefined ? found.clientSecret : sealed,
          roleIds: changedRoles(found.roleIds, given.roleIds),
          updatedAt: new Date().toISOString()
        }
        return { profile, clientSecret: secrets.after(found, fields, secret) }
      })
    },

    delete: async (id, { where, inTransaction } = {}) => {
      assertStored(id, configured)
      await current.change(async () => await changeStored(db, async (transaction, before) => {
        await findStored(transaction, before, id, where)
        await transaction.deleteFrom('latchkey_authentication_profile_roles').where('profile_id', '=', id).execute()
        await transaction.deleteFrom('latchkey_authentication_profiles').where('id', '=', id).execute()
        await inTransaction?.(transaction, { before: describe(before, id), after: null })
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
    }
  }
}

/** @throws AUTH_PROFILES_ERR_DECLARED_IN_CONFIGURATION, AUTH_PROFILES_ERR_PROFILE_NOT_FOUND for an id that cannot be stored */
export function assertStored (id: string, configured: readonly OpenedProfile[]): void {
  if (configured.some(({ profile }) => profile.id === id)) throw new AUTH_PROFILES_ERR_DECLARED_IN_CONFIGURATION(id)
  if (!isStorableText(id)) throw new AUTH_PROFILES_ERR_PROFILE_NOT_FOUND()
}

/** @throws AUTH_PROFILES_ERR_CONFLICT if one of the others accepts the same tokens */
export function assertNoConflict ({ issuer, audiences }: Pick<StoredProfile, 'issuer' | 'audiences'>, others: readonly (Pick<StoredProfile, 'name' | 'issuer' | 'audiences'>)[]): void {
  for (const other of others) {
    const shared = other.issuer === issuer ? audiences.find(audience => other.audiences.includes(audience)) : undefined
    if (shared !== undefined) throw new AUTH_PROFILES_ERR_CONFLICT(other.name, shared)
  }
}

async function assertRolesExist (transaction: Transaction<Tables>, roleIds: readonly string[]): Promise<void> {
  if (roleIds.length === 0) return
  const existing = await transaction.selectFrom('latchkey_roles').select('id').where('id', 'in', roleIds).execute()
  if (existing.length < roleIds.length) throw new AUTH_PROFILES_ERR_ROLE_NOT_FOUND()
}
