import { LRUCache } from 'lru-cache'
import type { BoundUser, FindByIdentity } from './principal-query.js'
import type { Reading, Readings } from './readings.js'

/** How many are remembered; the least recently used make room for others. */
const MAX_REMEMBERED = 20_000

interface Remembered {
  readonly issuer: string
  readonly bound: BoundUser & { readonly reading: Reading }
}

/**
 * Remembers who an identity is bound to, also for its next token, and says when that was read. That an identity is nobody's is not
 * remembered.
 *
 * @param readings `null` where changes are not seen, and nothing is remembered
 */
export function rememberUsers (find: FindByIdentity, readings: Readings | null): FindByIdentity {
  if (readings === null) return find
  // By the subject alone, which the identity has as text already. Where two issuers have the same, they displace each other.
  const users = new LRUCache<string, Remembered>({ max: MAX_REMEMBERED })
  return async identity => {
    const { issuer, subject } = identity
    const known = users.get(subject)
    if (known !== undefined && known.issuer === issuer && readings.holds(known.bound.reading)) return known.bound
    const reading = readings.begin()
    const found = await find(identity)
    if (found === null) return null
    const { user, roleIds, noted } = found
    // Named one by one: V8 makes a shape for each object that something is added to after a spread.
    const bound = { user, roleIds, noted, reading }
    users.set(subject, { issuer, bound })
    return bound
  }
}
