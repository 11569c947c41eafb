import { LRUCache } from 'lru-cache'
import { createHash } from 'node:crypto'
import type { NewSignIn } from './activity-log.js'
import type { SignInRow } from './pending-activity.js'

/** How many recorded sign-ins to remember. Forgetting one only costs an insert of an existing row. */
const MAX_NOTED = 20_000
const MAX_USER_AGENT_LENGTH = 200
const HOUR_SECONDS = 60 * 60

/** Tells new sign-ins from recorded ones. */
export class NotedSignIns {
  /** The recorded user by sign-in: a user who was deleted and created again signs in again. */
  readonly #noted = new LRUCache<string, string>({ max: MAX_NOTED })

  has (signIn: NewSignIn): boolean {
    return this.#noted.get(keyOf(signIn)) === signIn.userId
  }

  add (signIn: NewSignIn): void {
    this.#noted.set(keyOf(signIn), signIn.userId)
  }
}

/** @param now milliseconds since 1970. Later times, from an issuer's fast clock, are set to this */
export function toRow (signIn: NewSignIn, now: number): SignInRow {
  const { userId, profileId, issuer, subject, at, ip, userAgent } = signIn
  return {
    id: createHash('sha256').update(keyOf(signIn)).digest('base64url').slice(0, 32),
    user_id: userId,
    profile_id: profileId,
    issuer,
    subject,
    created_at: new Date(Math.min(at * 1000, now)).toISOString(),
    ip: storable(ip),
    user_agent: storable(userAgent?.slice(0, MAX_USER_AGENT_LENGTH))
  }
}

/** Uses JSON, so that issuer and subject cannot be confused. */
function keyOf ({ issuer, subject, at, exact = true }: Omit<NewSignIn, 'userId'>): string {
  return JSON.stringify([issuer, subject, exact ? at : Math.floor(at / HOUR_SECONDS), exact])
}

/** Replaces characters that databases refuse or pages cannot show, such as NUL and lone surrogates. */
function storable (text: string | undefined): string | null {
  return text?.replaceAll(/[\p{Cc}\p{Cs}]+/gu, ' ').trim() || null
}
