import type { Tables } from '@latchkey/database'
import { createSecretBox, type SecretBox } from '@latchkey/secret-box'
import type { Kysely } from 'kysely'
import { isDeepStrictEqual } from 'node:util'
import { AUTH_PROFILES_ERR_INVALID_PROFILE, AUTH_PROFILES_ERR_NO_SECRET_KEY, AUTH_PROFILES_ERR_SECRET_UNREADABLE } from './errors.js'
import type { ProfileFields } from './profile-fields.js'
import type { StoredProfile } from './stored-profiles.js'

/** Encrypts client secrets for storage, each bound to its own profile. */
export interface ProfileSecrets {
  /** @throws AUTH_PROFILES_ERR_NO_SECRET_KEY */
  seal (profileId: string, clientSecret: string): string
  /** @throws AUTH_PROFILES_ERR_SECRET_UNREADABLE */
  open (profileId: string, sealed: string): string
  /**
   * The secret of a profile after a change.
   *
   * @param given the new secret; if `undefined`, the stored one stays
   * @throws AUTH_PROFILES_ERR_INVALID_PROFILE if the stored one would be sent to another server, AUTH_PROFILES_ERR_SECRET_UNREADABLE
   */
  after (profile: StoredProfile, fields: ProfileFields, given: string | null | undefined): string | null
  /** Re-encrypts a secret with the current key; `null` if it already uses that key or cannot be read. */
  sealAnew (profileId: string, sealed: string): string | null
}

/** @param secretKey without it, no secret can be encrypted or decrypted */
export function createProfileSecrets (secretKey: string | undefined, previousKeys: readonly string[]): ProfileSecrets {
  const box: SecretBox | null = secretKey === undefined ? null : createSecretBox({ key: secretKey, previousKeys, purpose: 'auth-profiles' })
  const placeOf = (profileId: string) => ['latchkey_authentication_profiles', profileId, 'client_secret']

  const secrets: ProfileSecrets = {
    seal: (profileId, clientSecret) => {
      if (box === null) throw new AUTH_PROFILES_ERR_NO_SECRET_KEY()
      return box.seal(clientSecret, placeOf(profileId))
    },
    open: (profileId, sealed) => {
      try {
        if (box !== null) return box.open(sealed, placeOf(profileId))
      } catch (error) {
        throw Object.assign(new AUTH_PROFILES_ERR_SECRET_UNREADABLE(), { cause: error })
      }
      throw new AUTH_PROFILES_ERR_SECRET_UNREADABLE()
    },
    after: ({ id, fields: before, clientSecret }, after, given) => {
      if (given !== undefined || clientSecret === null) return given ?? null
      assertSameAddressee(before as ProfileFields, after)
      return secrets.open(id, clientSecret)
    },
    sealAnew: (profileId, sealed) => {
      if (box === null || !box.isOutdated(sealed)) return null
      try {
        return secrets.seal(profileId, secrets.open(profileId, sealed))
      } catch {
        // Its profile is skipped and reported when it is opened.
        return null
      }
    }
  }
  return secrets
}

/** Re-encrypts every stored secret that is not encrypted with the current key. */
export async function sealAllAnew (db: Kysely<Tables>, secrets: ProfileSecrets): Promise<void> {
  const rows = await db.selectFrom('latchkey_authentication_profiles').select(['id', 'client_secret']).where('client_secret', 'is not', null).execute()
  for (const { id, client_secret: sealed } of rows) {
    const anew = secrets.sealAnew(id, sealed as string)
    // Unless another instance did so, or the secret was changed, meanwhile.
    if (anew !== null) await db.updateTable('latchkey_authentication_profiles').set({ client_secret: anew }).where('id', '=', id).where('client_secret', '=', sealed).execute()
  }
}

/** Somebody who may update a profile must not be able to read its secret by sending it to their own server. */
function assertSameAddressee (before: ProfileFields, after: ProfileFields): void {
  const addressee = ({ type, options: { issuer, domain, endpoint, region } }: ProfileFields) => [type, issuer, domain, endpoint, region]
  if (!isDeepStrictEqual(addressee(before), addressee(after))) throw new AUTH_PROFILES_ERR_INVALID_PROFILE({ clientSecret: 'must be entered again or removed, because it would be sent to another server' })
}
