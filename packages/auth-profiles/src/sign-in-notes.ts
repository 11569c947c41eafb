import type { ActivityLog } from '@latchkey/activity-log'
import type { Identity } from '@latchkey/token-verifier'
import type { RequestOrigin } from './auth-profiles.js'
import type { RememberedUsers } from './remembered-users.js'

export interface SignInNotes {
  /** Tells the activity log of the sign-in that an identity comes from. */
  note (identity: Identity, userId: string, origin: RequestOrigin | undefined): void
  /** Whether it was told, by the user that is remembered for the identity. */
  has (identity: Identity, user: { readonly toldSignIn: number | null }): boolean
}

/**
 * The latest sign-in of each user who is remembered is told of once: requests by it cost no more than a look here. The activity log knows the others by itself.
 *
 * @param activityLog gives `null` where the app has none
 */
export function noteSignIns (activityLog: () => ActivityLog | null, remembered: Pick<RememberedUsers, 'get'>): SignInNotes {
  return {
    note (identity, userId, origin) {
      const { issuer, subject, profileId } = identity
      const { at, exact } = timeOf(identity)
      activityLog()?.signedIn({ userId, profileId, issuer, subject, at, exact, ip: origin?.ip, userAgent: origin?.headers['user-agent'] })
      const known = remembered.get(identity)
      // It may be somebody else's by now.
      if (known?.bound.user.id === userId) known.toldSignIn = at
    },
    has: (identity, { toldSignIn }) => toldSignIn === timeOf(identity).at
  }
}

/** When the person signed in (OpenID Connect Core §2), which each refreshed token says again; else when the token was issued, or ends. */
function timeOf ({ claims: { auth_time: authTime, iat }, expiresAt }: Identity): { readonly at: number, readonly exact: boolean } {
  // The verifier has looked at `iat`, and not at `auth_time`.
  const latest = typeof iat === 'number' ? iat : expiresAt
  if (typeof authTime === 'number' && authTime > 0 && authTime <= latest + CLOCKS_DIFFER) return { at: authTime, exact: true }
  return { at: latest, exact: false }
}

/** Seconds by which a provider's own clocks may differ. */
const CLOCKS_DIFFER = 60
