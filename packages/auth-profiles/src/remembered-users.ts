import type { UserIdentity } from '@latchkey/users-store'
import { LRUCache } from 'lru-cache'
import type { BoundUser, FindByIdentity } from './principal-query.js'
import type { Reading, Readings } from './readings.js'

/** The size of the cache; the least recently used entries are evicted. */
const MAX_REMEMBERED = 20_000

/** The cache entry of an identity. */
export interface RememberedUser {
  readonly issuer: string
  readonly bound: BoundUser
  readonly reading: Reading
  /** When the latest reported sign-in was, in seconds since 1970. */
  toldSignIn: number | null
}

/** A cache of the users that identities are bound to. */
export interface RememberedUsers {
  /** Reads the user from the database if it is not cached. */
  readonly find: FindByIdentity
  /** The cached entry, if it is still valid. */
  get (identity: UserIdentity): RememberedUser | undefined
}

/**
 * Caches the user that an identity is bound to, across tokens, until something changes. Unbound identities are not cached.
 *
 * @param readings `null` if changes cannot be observed; then nothing is cached
 */
export function rememberUsers (find: FindByIdentity, readings: Readings | null): RememberedUsers {
  if (readings === null) return { find, get: () => undefined }
  // Keyed by the subject alone, to avoid building a key. Equal subjects of two issuers evict each other.
  const users = new LRUCache<string, RememberedUser>({ max: MAX_REMEMBERED })

  function get ({ issuer, subject }: UserIdentity): RememberedUser | undefined {
    const known = users.get(subject)
    return known !== undefined && known.issuer === issuer && readings?.holds(known.reading) ? known : undefined
  }

  async function read (identity: UserIdentity): Promise<BoundUser | null> {
    const reading = (readings as Readings).begin()
    const bound = await find(identity)
    if (bound !== null) users.set(identity.subject, { issuer: identity.issuer, bound, reading, toldSignIn: null })
    return bound
  }

  return { find: async identity => get(identity)?.bound ?? await read(identity), get }
}
