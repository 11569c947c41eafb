import type { ActivityLog, NewSignIn } from '@latchkey/activity-log'
import type { Identity } from '@latchkey/token-verifier'
import type { RequestOrigin } from './auth-profiles.js'

/** Tells the activity log of the sign-in that an identity comes from. */
export type NoteSignIn = (identity: Identity, userId: string, origin: RequestOrigin | undefined) => void

/**
 * Each identity is told of once: requests with the same token share it as long as the verifier remembers it, and cost no more than a look here.
 *
 * @param activityLog gives `null` where the app has none
 */
export function noteSignIns (activityLog: () => ActivityLog | null): NoteSignIn {
  // By whom it was: a user made anew signs in anew.
  const told = new WeakMap<Identity, string>()
  return (identity, userId, origin) => {
    if (told.get(identity) === userId) return
    told.set(identity, userId)
    const { issuer, subject, profileId } = identity
    const { at, exact } = timeOf(identity)
    activityLog()?.signedIn({ userId, profileId, issuer, subject, at, exact, ip: origin?.ip, userAgent: origin?.headers['user-agent'] })
  }
}

/** When the person signed in (OpenID Connect Core §2), which each refreshed token says again; else when the token was issued, or ends. */
function timeOf ({ claims: { auth_time: authTime, iat }, expiresAt }: Identity): Pick<NewSignIn, 'at' | 'exact'> {
  // The verifier has looked at `iat`, and not at `auth_time`.
  const latest = typeof iat === 'number' ? iat : expiresAt
  if (typeof authTime === 'number' && authTime > 0 && authTime <= latest + CLOCKS_DIFFER) return { at: authTime, exact: true }
  return { at: latest, exact: false }
}

/** Seconds by which a provider's own clocks may differ. */
const CLOCKS_DIFFER = 60
