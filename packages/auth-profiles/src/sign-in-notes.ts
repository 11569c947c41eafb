import type { ActivityLog } from '@latchkey/activity-log'
import type { Identity } from '@latchkey/token-verifier'
import type { RequestOrigin } from './auth-profiles.js'
import type { RememberedUsers } from './remembered-users.js'

export interface SignInNotes {
  /** Reports the sign-in that an identity comes from to the activity log. */
  note (identity: Identity, userId: string, origin: RequestOrigin | undefined): void
  /** Whether it was already reported, according to the cached user of the identity. */
  has (identity: Identity, user: { readonly toldSignIn: number | null }): boolean
}

/**
 * Reports the latest sign-in of each cached user only once, so that further requests cost only a comparison. The activity log
 * itself recognizes duplicates of all others.
 *
 * @param activityLog returns `null` if the app has none
 */
export function noteSignIns (activityLog: () => ActivityLog | null, remembered: Pick<RememberedUsers, 'get'>): SignInNotes {
  return {
    note (identity, userId, origin) {
      const { issuer, subject, profileId } = identity
      const { at, exact } = timeOf(identity)
      activityLog()?.signedIn({ userId, profileId, issuer, subject, at, exact, ip: origin?.ip, userAgent: origin?.headers['user-agent'] })
      const known = remembered.get(identity)
      // The identity may now belong to somebody else.
      if (known?.bound.user.id === userId) known.toldSignIn = at
    },
    has: (identity, { toldSignIn }) => toldSignIn === timeOf(identity).at
  }
}

/** When the person signed in: `auth_time` (OpenID Connect Core §2), which refreshed tokens repeat; otherwise when the token was issued, or expires. */
function timeOf ({ claims: { auth_time: authTime, iat }, expiresAt }: Identity): { readonly at: number, readonly exact: boolean } {
  // The verifier has validated `iat`, but not `auth_time`.
  const latest = typeof iat === 'number' ? iat : expiresAt
  if (typeof authTime === 'number' && authTime > 0 && authTime <= latest + CLOCKS_DIFFER) return { at: authTime, exact: true }
  return { at: latest, exact: false }
}

/** Seconds by which the clocks of a provider's own servers may differ. */
const CLOCKS_DIFFER = 60
