import type { ProviderType } from '@latchkey/identity-provider'

/** Who may sign up by a profile: everybody, nobody who was not invited, or who has a verified email of these domains. */
export type SelfSignUp = 'open' | 'off' | { readonly emailDomains: readonly string[] }

/** The policy of an authentication profile, beside its provider's own options. */
export interface ProfilePolicy {
  readonly selfSignUp: SelfSignUp
  /** The roles a new user gets, by name; none: Guest. */
  readonly roles: readonly string[]
  /** Whether a token's email may bind it to a user that exists: if verified (default), never, or always (the provider's emails are trusted). */
  readonly linkByEmail: 'verified' | 'never' | 'always'
  /** What happens when a bound token's email differs from the record's: refused (default), or the record follows a verified one. */
  readonly onEmailChange: 'reject' | 'update'
  /** Where the hosted login page may send a browser back to, compared exactly. */
  readonly callbackUrls: readonly string[]
  readonly logoutUrls: readonly string[]
}

/** One configured provider with its policy; what of it the provider does not know is given to its adapter. */
export interface AuthenticationProfile extends ProfilePolicy {
  readonly id: string
  readonly name: string
  readonly type: ProviderType
  readonly clientId: string
  /** Where the provider's pages are, as front ends need it: the configured domain, else the origin of the issuer. */
  readonly domain: string
  readonly issuer: string
  readonly audiences: readonly string[]
}

/** A profile as written in configuration: the policy's parts are optional, the rest are the adapter's options. */
export interface ProfileConfig extends Partial<ProfilePolicy> {
  readonly id: string
  readonly name: string
  readonly type: ProviderType
  readonly [option: string]: unknown
}
