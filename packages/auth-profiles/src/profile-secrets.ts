import { createSecretBox, type SecretBox } from '@latchkey/secret-box'
import { AUTH_PROFILES_ERR_NO_SECRET_KEY, AUTH_PROFILES_ERR_SECRET_UNREADABLE } from './errors.js'

/** Encrypts client secrets for storage, each bound to its own profile. */
export interface ProfileSecrets {
  /** @throws AUTH_PROFILES_ERR_NO_SECRET_KEY */
  seal (profileId: string, clientSecret: string): string
  /** @throws AUTH_PROFILES_ERR_SECRET_UNREADABLE */
  open (profileId: string, sealed: string): string
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
