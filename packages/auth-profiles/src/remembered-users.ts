import type { UserIdentity } from '@latchkey/users-store'
import { LRUCache } from 'lru-cache'
import type { BoundUser, FindByIdentity } from './principal-query.js'
import type { Reading, Readings } from './readings.js'

/** How many are remembered; the least recently used make room for others. */
const MAX_REMEMBERED = 20_000

/** What is remembered of an identity. */
export interface RememberedUser {
  readonly issuer: string
  readonly bound: BoundUser
  readonly reading: Reading
  /** When the latest sign-in that was told of was, in seconds since 1970. */
  toldSignIn: number | null
}

/** Who identities are bound to, as it was read a moment ago. */
export interface RememberedUsers {
  /** Reads it where it is not remembered. */
  readonly find: FindByIdentity
  /** What is remembered and holds still. */
  get (identity: UserIdentity): RememberedUser | undefined
}

/**
 * Remembers who an identity is bound to, also for its next token, until something is changed. That an identity is nobody's is not
 * remembered.
 *
 * @param readings `null` where changes are not seen, and nothing is remembered
 */
export function rememberUsers (find: FindByIdentity, readings: Readings | null): RememberedUsers {
  if (readings === null) return { find, get: () => undefined }
  // By the subject alone, which the identity has as text already. Where two issuers have the same, they displace each other.
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
