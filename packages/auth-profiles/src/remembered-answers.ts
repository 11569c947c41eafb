import type { Identity } from '@latchkey/token-verifier'
import type { RequestOrigin, ResolvedUser } from './auth-profiles.js'
import type { AuthenticationProfile } from './profile.js'
import type { Reading, Readings } from './readings.js'

/** Whom an identity belongs to, by its profile. */
export type Resolve = (identity: Identity, profile: AuthenticationProfile, origin: RequestOrigin | undefined) => Promise<ResolvedUser>

interface Remembered {
  readonly answer: Promise<ResolvedUser>
  readonly profile: AuthenticationProfile
  readonly reading: Reading
}

/**
 * Remembers what was answered for an identity, which requests with the same token share as long as the verifier remembers it: they
 * get the same answer, and wait for nothing.
 *
 * @param readings `null` where changes are not seen, and nothing is remembered
 */
export function rememberAnswers (resolve: Resolve, readings: Readings | null): Resolve {
  if (readings === null) return resolve
  const answers = new WeakMap<Identity, Remembered>()

  async function resolveAnew (identity: Identity, profile: AuthenticationProfile, origin: RequestOrigin | undefined): Promise<ResolvedUser> {
    const reading = (readings as Readings).begin()
    const resolved = await resolve(identity, profile, origin)
    answers.set(identity, { answer: Promise.resolve(resolved), profile, reading })
    return resolved
  }

  return (identity, profile, origin) => {
    const known = answers.get(identity)
    if (known !== undefined && known.profile === profile && readings.holds(known.reading)) return known.answer
    return resolveAnew(identity, profile, origin)
  }
}
