import type { ProviderType } from '@latchkey/identity-provider'

/** Who may sign up by a profile: everybody, nobody who was not invited, or who has a verified email of these domains. */
export type SelfSignUp = 'open' | 'off' | { readonly emailDomains: readonly string[] }

/** The policy of an authentication profile, beside its provider's own options. */
export interface ProfilePolicy {
  readonly selfSignUp: SelfSignUp
  /** Whether a token's email may bind it to a user that exists: if verified (default), never, or always (the provider's emails are trusted). */
  readonly linkByEmail: 'verified' | 'never' | 'always'
  /** What happens when a bound token's email differs from the record's: refused (default), or the record follows a verified one. */
  readonly onEmailChange: 'reject' | 'update'
  /** Where the hosted login page may send a browser back to, compared exactly. */
  readonly callbackUrls: readonly string[]
  readonly logoutUrls: readonly string[]
}

/** One provider with its policy; what of it the provider does not know is given to its adapter. */
export interface AuthenticationProfile extends ProfilePolicy {
  readonly id: string
  readonly name: string
  readonly type: ProviderType
  readonly clientId: string
  /** Where the provider's pages are, as front ends need it: the configured domain, else the origin of the issuer. */
  readonly domain: string
  readonly issuer: string
  readonly audiences: readonly string[]
  /** The roles a new user gets, by id; none: Guest. Those that the configuration names are known when the app is ready. */
  readonly roleIds: readonly string[]
  /** Its place in the list, from 0; those of the configuration come first. */
  readonly position: number
  /** Whether it stands in the configuration, where alone it can be changed; others are made, changed and deleted at run time. */
  readonly declaredInConfiguration: boolean
  /** Whether it has a client secret, which nobody is told. */
  readonly hasSecret: boolean
  /** The adapter's options without secrets; none for a profile of the configuration. */
  readonly options: Readonly<Record<string, unknown>>
  /** When it was made and changed at run time, ISO 8601; `null` for one of the configuration. */
  readonly createdAt: string | null
  readonly updatedAt: string | null
}

/** A profile as written in configuration: the policy's parts are optional, the rest are the adapter's options. */
export interface ProfileConfig extends Partial<ProfilePolicy> {
  readonly id: string
  readonly name: string
  readonly type: ProviderType
  /** The roles a new user gets, by name; none: Guest. */
  readonly roles?: readonly string[]
  readonly [option: string]: unknown
}

/** A profile as it is made at run time. */
export interface NewProfile extends Partial<ProfilePolicy> {
  readonly name: string
  readonly type: ProviderType
  /** Default: at the end. */
  readonly position?: number
  /** The roles a new user gets, by id; none: Guest. */
  readonly roleIds?: readonly string[]
  /** Kept sealed, and told to nobody but the provider. */
  readonly clientSecret?: string | null
  /** The adapter's options, `clientId` and `issuer` among them, without secrets. */
  readonly options?: Readonly<Record<string, unknown>>
}

/** What changes of a profile; what is left out stays. */
export interface ProfileChange extends Partial<Omit<NewProfile, 'roleIds'>> {
  /** All roles there are to be, or those to add and to take. */
  readonly roleIds?: readonly string[] | { readonly add?: readonly string[], readonly remove?: readonly string[] }
  /** `null` takes it away. */
  readonly clientSecret?: string | null
  /** By name; `null` takes an option away, those left out stay. */
  readonly options?: Readonly<Record<string, unknown>>
}

/** A stored profile that could not be opened: nobody signs in by it until that is mended. */
export interface LeftOutProfile {
  readonly id: string
  readonly name: string
  /** Why, and what to do. No secret is in it. */
  readonly reason: string
}
