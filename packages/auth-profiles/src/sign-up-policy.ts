import { domainOf } from './email-domain.js'
import { AUTH_PROFILES_ERR_EMAIL_NOT_VERIFIED, AUTH_PROFILES_ERR_SIGN_UP_CLOSED } from './errors.js'
import type { AuthenticationProfile } from './profile.js'

/** The input of the policy: the token's email, normalized, and whether its issuer says that it is verified. */
export interface Applicant {
  readonly email: string
  /** `null` if the issuer does not say. */
  readonly emailVerified: boolean | null
}

/**
 * Decides whether somebody without a user may sign up with a profile.
 *
 * An email that the issuer says is not verified is always refused. If the policy lists domains, an email is also refused
 * if the issuer does not say whether it is verified, because anybody can claim an address of any domain. The exception is
 * a profile that trusts its provider's emails (`linkByEmail: 'always'`).
 *
 * @throws AUTH_PROFILES_ERR_EMAIL_NOT_VERIFIED, AUTH_PROFILES_ERR_SIGN_UP_CLOSED
 */
function assertMaySignUp (profile: AuthenticationProfile, applicant: Applicant): void {
  if (applicant.emailVerified === false) throw new AUTH_PROFILES_ERR_EMAIL_NOT_VERIFIED()
  assertMayAskForAccount(profile, applicant.email)
  if (profile.selfSignUp !== 'open' && !emailIsTrusted(profile, applicant)) throw new AUTH_PROFILES_ERR_EMAIL_NOT_VERIFIED()
}

/**
 * Decides whether somebody without a user may sign up, and whether as Administrator. The administrator's email must be
 * verified: otherwise somebody else could create the user that the administrator later gets.
 *
 * @param administratorEmail normalized
 * @returns whether they become Administrator
 * @throws what `assertMaySignUp` throws
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
 * Decides whether an account with a password may be created at a profile's provider, before the email can be proven. The
 * user itself is admitted later by `assertMaySignUp`, unless it already exists.
 *
 * @throws AUTH_PROFILES_ERR_SIGN_UP_CLOSED
 */
export function assertMayAskForAccount ({ id, selfSignUp }: AuthenticationProfile, email: string): void {
  if (selfSignUp === 'open') return
  if (selfSignUp === 'off' || !selfSignUp.emailDomains.includes(domainOf(email))) throw new AUTH_PROFILES_ERR_SIGN_UP_CLOSED(id)
}

/** Whether the person's ownership of the email is proven, by the token or by the operator's trust in the provider. */
function emailIsTrusted ({ linkByEmail }: AuthenticationProfile, { emailVerified }: Pick<Applicant, 'emailVerified'>): boolean {
  return emailVerified === true || linkByEmail === 'always'
}

/** Whether the profile or the token prevents binding the identity to an existing user with its email; `null` if neither does. */
export function obstacleToLinking (profile: AuthenticationProfile, applicant: Pick<Applicant, 'emailVerified'>): 'profile' | 'token' | null {
  if (profile.linkByEmail === 'never') return 'profile'
  return emailIsTrusted(profile, applicant) ? null : 'token'
}
