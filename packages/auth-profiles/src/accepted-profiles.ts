import type { TokenVerifier } from '@latchkey/token-verifier'
import type { AdapterEnds } from './adapter-ends.js'
import { describeStored, openStoredAdapter, type Adapters, type OpenedProfile } from './open-profiles.js'
import type { LeftOutProfile } from './profile.js'
import type { ProfileSecrets } from './profile-secrets.js'
import type { StoredProfile } from './stored-profiles.js'
import { toTrustedIssuer } from './trusted-issuers.js'

export interface OpenedStored extends OpenedProfile {
  readonly source: StoredProfile
}

export interface LeftOut extends LeftOutProfile {
  readonly source: StoredProfile
}

interface AcceptingParts {
  readonly adapters: Adapters
  readonly secrets: ProfileSecrets
  readonly tokenVerifier: TokenVerifier
  readonly ends: AdapterEnds
}

/**
 * Opens stored profiles. One whose adapter cannot be opened, or whose tokens an earlier one already accepts, is refused.
 *
 * @param openedOf the adapter of a profile, if it is already open
 */
export function acceptProfiles (profiles: readonly StoredProfile[], configured: readonly OpenedProfile[], openedOf: (id: string) => OpenedProfile['provider'] | undefined, parts: AcceptingParts) {
  const accepted = new Map<string, OpenedStored>()
  const refused: LeftOut[] = []
  for (const profile of profiles) {
    try {
      accepted.set(profile.id, accept(profile, openedOf(profile.id), [...configured, ...accepted.values()], parts))
    } catch (error) {
      refused.push({ id: profile.id, name: profile.name, reason: (error as Error).message, source: profile })
    }
  }
  return { accepted, refused }
}

function accept (profile: StoredProfile, opened: OpenedProfile['provider'] | undefined, before: readonly OpenedProfile[], { adapters, secrets, tokenVerifier, ends }: AcceptingParts): OpenedStored {
  if (before.some(({ profile: { id } }) => id === profile.id)) throw new Error('A configured profile has the same id')
  const provider = opened ?? openSealed(profile, secrets, adapters)
  const accepted = { profile: describeStored(profile, before.length), provider, source: profile }
  try {
    tokenVerifier.check([...before, accepted].map(toTrustedIssuer))
  } catch (error) {
    ends.letGo(provider)
    throw error
  }
  return accepted
}

/** Opens the adapter of a profile with its stored client secret. */
export function openSealed (profile: StoredProfile, secrets: ProfileSecrets, adapters: Adapters): OpenedProfile['provider'] {
  return openStoredAdapter(profile, profile.clientSecret === null ? null : secrets.open(profile.id, profile.clientSecret), adapters)
}
