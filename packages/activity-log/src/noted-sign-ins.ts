import { LRUCache } from 'lru-cache'
import { createHash } from 'node:crypto'
import type { NewSignIn } from './activity-log.js'
import type { SignInRow } from './pending-activity.js'

/** Sign-ins that are known to be noted; the least recently met make room for new ones, which costs no more than a row that is there already. */
const MAX_NOTED = 20_000
const MAX_USER_AGENT_LENGTH = 200
const HOUR_SECONDS = 60 * 60

/** Tells sign-ins that are new from those that were noted. */
export class NotedSignIns {
  /** By what a sign-in is, the user it was noted for: a user made anew signs in anew. */
  readonly #noted = new LRUCache<string, string>({ max: MAX_NOTED })

  has (signIn: NewSignIn): boolean {
    return this.#noted.get(keyOf(signIn)) === signIn.userId
  }

  add (signIn: NewSignIn): void {
    this.#noted.set(keyOf(signIn), signIn.userId)
  }
}

/** @param now milliseconds since 1970: no sign-in is later, whatever the clock of its issuer says */
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

/** JSON, so that no issuer can end where a subject begins. */
function keyOf ({ issuer, subject, at, exact = true }: Omit<NewSignIn, 'userId'>): string {
  return JSON.stringify([issuer, subject, exact ? at : Math.floor(at / HOUR_SECONDS), exact])
}

/** What no database takes, as a NUL or half a character, and no page shows, is left out. */
function storable (text: string | undefined): string | null {
  return text?.replaceAll(/[\p{Cc}\p{Cs}]+/gu, ' ').trim() || null
}
