import type { ProviderType } from '@latchkey/identity-provider'

/** Who may sign up with a profile: everyone, only people who were invited, or people with a verified email of these domains. */
export type SelfSignUp = 'open' | 'off' | { readonly emailDomains: readonly string[] }

/** The policy of an authentication profile, apart from its provider's own options. */
export interface ProfilePolicy {
  readonly selfSignUp: SelfSignUp
  /** Whether a token's email may bind its identity to an existing user: if verified (default), never, or always (the provider's emails are trusted). */
  readonly linkByEmail: 'verified' | 'never' | 'always'
  /** If a bound identity's token has another email than the user: refuse it (default), or update the user if the token's email is verified. */
  readonly onEmailChange: 'reject' | 'update'
  /** Where the hosted login page may redirect a browser; compared exactly. */
  readonly callbackUrls: readonly string[]
  readonly logoutUrls: readonly string[]
}

/** One configured provider with its policy. */
export interface AuthenticationProfile extends ProfilePolicy {
  readonly id: string
  readonly name: string
  readonly type: ProviderType
  readonly clientId: string
  /** Where the provider's pages are, for front ends: the configured domain, otherwise the origin of the issuer. */
  readonly domain: string
  readonly issuer: string
  readonly audiences: readonly string[]
  /** The ids of the roles that a new user gets. Empty: Guest. The roles of configured profiles are known when the app is ready. */
  readonly roleIds: readonly string[]
  /** The place in the list, starting at 0; configured profiles come first. */
  readonly position: number
  /** Whether it is declared in the configuration and can only be changed there. Other profiles are managed at run time. */
  readonly declaredInConfiguration: boolean
  /** Whether it has a client secret. The secret itself is never returned. */
  readonly hasSecret: boolean
  /** The adapter's options without secrets; empty for a configured profile. */
  readonly options: Readonly<Record<string, unknown>>
  /** When it was created at run time, ISO 8601; `null` for a configured profile. */
  readonly createdAt: string | null
  readonly updatedAt: string | null
}

/** A profile in the configuration: the policy fields are optional, all other fields are the adapter's options. */
export interface ProfileConfig extends Partial<ProfilePolicy> {
  readonly id: string
  readonly name: string
  readonly type: ProviderType
  /** The names of the roles that a new user gets. Default: Guest. */
  readonly roles?: readonly string[]
  readonly [option: string]: unknown
}

/** The input for a profile created at run time. */
export interface NewProfile extends Partial<ProfilePolicy> {
  readonly name: string
  readonly type: ProviderType
  /** Default: at the end. */
  readonly position?: number
  /** The ids of the roles that a new user gets. Default: Guest. */
  readonly roleIds?: readonly string[]
  /** Stored encrypted, and sent to nobody but the provider. */
  readonly clientSecret?: string | null
  /** The adapter's options, such as `clientId` and `issuer`, without secrets. */
  readonly options?: Readonly<Record<string, unknown>>
}

/** A change of a profile. Omitted fields stay unchanged. */
export interface ProfileChange extends Partial<Omit<NewProfile, 'roleIds'>> {
  /** The complete list of roles, or the roles to add and to remove. */
  readonly roleIds?: readonly string[] | { readonly add?: readonly string[], readonly remove?: readonly string[] }
  /** `null` removes it. */
  readonly clientSecret?: string | null
  /** `null` removes an option; omitted options stay unchanged. */
  readonly options?: Readonly<Record<string, unknown>>
}

/** A stored profile that could not be opened. Nobody can sign in with it until it is fixed. */
export interface LeftOutProfile {
  readonly id: string
  readonly name: string
  /** Why, and what to do. Contains no secrets. */
  readonly reason: string
}
