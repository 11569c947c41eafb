import type { SeenChanges } from '@latchkey/database'
import { LRUCache } from 'lru-cache'
import type { BoundUser, FindByIdentity } from './principal-query.js'

/** Milliseconds for which what another process changed of a user may go unnoticed, where the database does not tell. */
const FRESH_FOR = 1000
/** The same where it does: a statement that streams its rows has SQLite look at what was there when it began. */
const FRESH_FOR_AT_MOST = 10_000
/** How many are remembered; the least recently used make room for others. */
const MAX_REMEMBERED = 20_000

interface Remembered {
  readonly issuer: string
  readonly bound: BoundUser
  readonly count: number
  readonly until: number
}

/**
 * Remembers who an identity is bound to, until anything in the database is changed. That an identity is nobody's is not remembered.
 *
 * @param changes those of the database that is asked; `null` where they are not seen, and nothing is remembered
 */
export function rememberUsers (find: FindByIdentity, changes: SeenChanges | null): FindByIdentity {
  if (changes === null) return find
  // By the subject alone, which the identity has as text already. Where two issuers have the same, they displace each other.
  const users = new LRUCache<string, Remembered>({ max: MAX_REMEMBERED })
  return async identity => {
    const { issuer, subject } = identity
    const { count } = changes
    const known = users.get(subject)
    if (known !== undefined && known.issuer === issuer && known.count === count && performance.now() < known.until) return known.bound
    const until = performance.now() + (changes.ofOthers ? FRESH_FOR_AT_MOST : FRESH_FOR)
    const bound = await find(identity)
    if (bound !== null) users.set(subject, { issuer, bound, count, until })
    return bound
  }
}
