import type { Identity } from '@latchkey/token-verifier'
import type { RequestOrigin, ResolvedUser } from './auth-profiles.js'
import type { UserWithRoles } from './principal-query.js'
import type { AuthenticationProfile } from './profile.js'
import type { Reading, Readings } from './readings.js'

/** Whom an identity belongs to, by its profile. */
export type FindUser = (identity: Identity, profile: AuthenticationProfile, origin: RequestOrigin | undefined) => Promise<UserWithRoles>

/** The same, as a request is answered. */
export type Resolve = (identity: Identity, profile: AuthenticationProfile, origin: RequestOrigin | undefined) => Promise<ResolvedUser>

interface Remembered {
  readonly answer: Promise<ResolvedUser>
  readonly profile: AuthenticationProfile
  readonly reading: Reading
}

/**
 * Remembers what was answered for an identity, which requests with the same token share as long as the verifier remembers it: they
 * get the same answer, and wait for nothing. It holds as long as what it was made of, and no longer.
 *
 * @param readings `null` where changes are not seen, and nothing is remembered
 */
export function rememberAnswers (find: FindUser, answerOf: (found: UserWithRoles) => ResolvedUser, readings: Readings | null): Resolve {
  const answers = new WeakMap<Identity, Remembered>()

  async function resolveAnew (identity: Identity, profile: AuthenticationProfile, origin: RequestOrigin | undefined): Promise<ResolvedUser> {
    const found = await find(identity, profile, origin)
    const resolved = answerOf(found)
    if (found.reading !== undefined) answers.set(identity, { answer: Promise.resolve(resolved), profile, reading: found.reading })
    return resolved
  }

  return (identity, profile, origin) => {
    const known = answers.get(identity)
    if (known !== undefined && known.profile === profile && readings?.holds(known.reading)) return known.answer
    return resolveAnew(identity, profile, origin)
  }
}
