import type { Tables } from '@latchkey/database'
import type { Expression, Kysely, SqlBool } from 'kysely'
import { randomUUID } from 'node:crypto'
import type { AuthProfiles } from './auth-profiles.js'
import { checkConnection, type CheckedProfile } from './connection-check.js'
import type { CurrentProfiles } from './current-profiles.js'
import { assertAllowedUrls } from './issuer-urls.js'
import { openStoredAdapter, type Adapters, type OpenedProfile } from './open-profiles.js'
import { assertNoConflict, assertStored } from './profile-changes.js'
import { changedFields, checkFields, checkNew, newFields } from './profile-fields.js'
import type { NewProfile, ProfileChange } from './profile.js'
import type { ProfileSecrets } from './profile-secrets.js'
import { findStored, loadStored, readableFields } from './stored-profiles.js'

/** Tests whether people could sign in with a profile that does not exist yet, or as a change would leave it. */
export type ProfileTests = Pick<AuthProfiles, 'check' | 'checkChange'>

interface ProfileTestsParts {
  readonly db: Kysely<Tables>
  readonly current: CurrentProfiles
  readonly configured: readonly OpenedProfile[]
  readonly adapters: Adapters
  readonly secrets: ProfileSecrets
  readonly production: boolean
}

export function createProfileTests ({ db, current, configured, adapters, secrets, production }: ProfileTestsParts): ProfileTests {
  function newProfile (profile: NewProfile): CheckedProfile {
    return {
      open: () => {
        checkNew(profile, production)
        const provider = openStoredAdapter({ id: randomUUID(), fields: newFields(profile) }, profile.clientSecret ?? null, adapters)
        // For a test only: undo what it registered with this app's own provider.
        provider.retire?.()
        return provider
      },
      inUse: false,
      callbackUrls: profile.callbackUrls ?? [],
      checkConflict: ({ issuer }) => { assertNoConflict(issuer, current.all.map(({ profile }) => profile)) }
    }
  }

  /** A stored profile as a change would leave it. */
  async function changedProfile (id: string, change: ProfileChange, where: Expression<SqlBool> | null | undefined): Promise<CheckedProfile> {
    assertStored(id, configured)
    const profile = await findStored(db, await loadStored(db), id, where)
    const before = readableFields(profile)
    const mistake = mistakeIn(change)
    const fields = mistake === null ? changedFields(before, change) : before
    const clientSecret = secrets.after(profile, fields, change.clientSecret)
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
  }

  return {
    check: async profile => await checkConnection(newProfile(profile)),
    checkChange: async (id, change, { where } = {}) => {
      await current.refresh()
      const known = current.get(id)
      const isUnchanged = known?.profile.declaredInConfiguration === true && Object.keys(change).length === 0
      return await checkConnection(isUnchanged
        ? { open: () => known.provider, inUse: true, callbackUrls: known.profile.callbackUrls, checkConflict: () => {} }
        : await changedProfile(id, change, where))
    }
  }
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
