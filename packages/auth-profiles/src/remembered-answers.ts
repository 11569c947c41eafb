import type { Identity } from '@latchkey/token-verifier'
import type { RequestOrigin, ResolvedUser } from './auth-profiles.js'
import type { UserWithRoles } from './principal-query.js'
import type { AuthenticationProfile } from './profile.js'
import type { Reading, Readings } from './readings.js'

/** Whom an identity belongs to, by its profile. */
export type FindUser = (identity: Identity, profile: AuthenticationProfile, origin: RequestOrigin | undefined) => Promise<UserWithRoles>

/** The same, as a request is answered. */
export type Resolve = (identity: Identity, profile: AuthenticationProfile, origin: RequestOrigin | undefined) => Promise<ResolvedUser>

export interface Answers {
  readonly resolve: Resolve
  /** What was answered, if it holds still. */
  known (identity: Identity, profile: AuthenticationProfile): ResolvedUser | undefined
}

interface Remembered {
  readonly answer: ResolvedUser
  readonly profile: AuthenticationProfile
  readonly reading: Reading
}

/**
 * Remembers what was answered for an identity, which requests with the same token share as long as the verifier remembers it: they
 * get the same answer, and wait for nothing. It holds as long as what it was made of, and no longer.
 *
 * @param readings `null` where changes are not seen, and nothing is remembered
 */
export function rememberAnswers (find: FindUser, answerOf: (found: UserWithRoles) => ResolvedUser, readings: Readings | null): Answers {
  const answers = new WeakMap<Identity, Remembered>()

  async function resolveAnew (identity: Identity, profile: AuthenticationProfile, origin: RequestOrigin | undefined): Promise<ResolvedUser> {
    const found = await find(identity, profile, origin)
    const resolved = answerOf(found)
    if (found.reading !== undefined) answers.set(identity, { answer: resolved, profile, reading: found.reading })
    return resolved
  }

  function known (identity: Identity, profile: AuthenticationProfile): ResolvedUser | undefined {
    const remembered = answers.get(identity)
    return remembered !== undefined && remembered.profile === profile && readings?.holds(remembered.reading) ? remembered.answer : undefined
  }

  return { known, resolve: async (identity, profile, origin) => known(identity, profile) ?? await resolveAnew(identity, profile, origin) }
}
