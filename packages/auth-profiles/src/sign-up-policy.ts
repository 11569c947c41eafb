import { domainOf } from './email-domain.js'
import { AUTH_PROFILES_ERR_EMAIL_NOT_VERIFIED, AUTH_PROFILES_ERR_SIGN_UP_CLOSED } from './errors.js'
import type { AuthenticationProfile } from './profile.js'

/** What the policy looks at: the token's email, normalised, and whether its issuer says it is verified. */
export interface Applicant {
  readonly email: string
  /** `null` where the issuer does not say. */
  readonly emailVerified: boolean | null
}

/**
 * Decides whether somebody without a user may sign up by a profile.
 *
 * An email that the issuer says is not verified never may. Where the policy names domains, an issuer that
 * says nothing is not enough either, unless the profile trusts its provider's emails (`linkByEmail: 'always'`):
 * anybody can claim an address of any domain.
 *
 * @throws AUTH_PROFILES_ERR_EMAIL_NOT_VERIFIED, AUTH_PROFILES_ERR_SIGN_UP_CLOSED
 */
function assertMaySignUp (profile: AuthenticationProfile, applicant: Applicant): void {
  if (applicant.emailVerified === false) throw new AUTH_PROFILES_ERR_EMAIL_NOT_VERIFIED()
  assertMayAskForAccount(profile, applicant.email)
  if (profile.selfSignUp !== 'open' && !emailIsTrusted(profile, applicant)) throw new AUTH_PROFILES_ERR_EMAIL_NOT_VERIFIED()
}

/**
 * Decides whether somebody without a user may sign up, and as what. The administrator's email is theirs alone: a record that somebody
 * made with it who has not proven it would be there when they come.
 *
 * @param administratorEmail normalised
 * @returns whether they become Administrator
 * @throws what `assertMaySignUp` does
 */
export function admit (profile: AuthenticationProfile, applicant: Applicant, administratorEmail: string | undefined): boolean {
  if (applicant.email === administratorEmail) {
    if (applicant.emailVerified !== true) throw new AUTH_PROFILES_ERR_EMAIL_NOT_VERIFIED()
    return true
  }
  assertMaySignUp(profile, applicant)
  return false
}

/**
 * Decides whether an account with a password may be made by a profile, before anybody can have proven anything:
 * the user that it will be of is let in by `assertMaySignUp`, or by having been there before.
 *
 * @throws AUTH_PROFILES_ERR_SIGN_UP_CLOSED
 */
export function assertMayAskForAccount ({ id, selfSignUp }: AuthenticationProfile, email: string): void {
  if (selfSignUp === 'open') return
  if (selfSignUp === 'off' || !selfSignUp.emailDomains.includes(domainOf(email))) throw new AUTH_PROFILES_ERR_SIGN_UP_CLOSED(id)
}

/** Whether the token's email proves that the person owns it, by the token's word or by the operator's. */
function emailIsTrusted ({ linkByEmail }: AuthenticationProfile, { emailVerified }: Pick<Applicant, 'emailVerified'>): boolean {
  return emailVerified === true || linkByEmail === 'always'
}

/** What of a profile or a token is in the way of binding its identity to a user that has its email already: `null` for nothing. */
export function obstacleToLinking (profile: AuthenticationProfile, applicant: Pick<Applicant, 'emailVerified'>): 'profile' | 'token' | null {
  if (profile.linkByEmail === 'never') return 'profile'
  return emailIsTrusted(profile, applicant) ? null : 'token'
}
