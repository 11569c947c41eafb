import type { SeenChanges } from '@latchkey/database'
import type { UserIdentity } from '@latchkey/users-store'
import type { BoundUser, FindByIdentity } from './principal-query.js'

/** Milliseconds for which what another process changed of a user may go unnoticed. */
const FRESH_FOR = 1000

interface Remembered {
  readonly bound: BoundUser
  readonly count: number
  readonly until: number
}

/**
 * Remembers for a second who an identity is bound to, unless this process changes anything in the database meanwhile.
 *
 * By the identity itself, which requests with the same token share as long as the verifier remembers it: so nothing is kept that
 * the verifier has forgotten. That an identity is nobody's is not remembered.
 *
 * @param changes those of the database that is asked; `null` where they are not seen, and nothing is remembered
 */
export function rememberUsers (find: FindByIdentity, changes: SeenChanges | null): FindByIdentity {
  if (changes === null) return find
  const users = new WeakMap<UserIdentity, Remembered>()
  return async identity => {
    const known = users.get(identity)
    if (known !== undefined && known.count === changes.count && performance.now() < known.until) return known.bound
    const { count } = changes
    const until = performance.now() + FRESH_FOR
    const bound = await find(identity)
    if (bound !== null) users.set(identity, { bound, count, until })
    return bound
  }
}
