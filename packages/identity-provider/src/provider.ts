/** The provider types that a profile can name. An app may register others under names of its own. */
export type ProviderType = 'embedded' | 'cognito' | 'auth0' | 'openid' | (string & {})

/**
 * What every opened adapter has. Anything more it declares by implementing capabilities (`capabilities.ts`);
 * it has no stubs for what its provider does not support.
 */
export interface IdentityProvider {
  /** The authentication profile's id. */
  readonly id: string
  readonly type: ProviderType
  /** Describes this provider's ID tokens, as data. Verification is not the adapter's job. */
  readonly issuer: IssuerDescription
  /** Makes the adapter unreachable from outside, such as through its own pages. Requests in progress may finish; `close` follows. */
  retire? (): void
  /** Releases what the adapter opened. */
  close? (): Promise<void>
}

export interface IssuerDescription {
  /** The exact value of `iss`. */
  readonly issuer: string
  readonly clientId: string
  /** `aud` must contain one of these. */
  readonly audiences: readonly string[]
  /** The URL of the keys. Default: found by OpenID Connect Discovery. */
  readonly jwksUri?: string
  /** Returns the public keys themselves, for a provider in this process. Nothing is fetched then. */
  readonly keys?: () => Promise<readonly object[]>
  readonly algorithms?: readonly string[]
  /** The claims that hold the email, if the provider does not use the standard names. */
  readonly claimNames?: { readonly email?: string, readonly emailVerified?: string }
}

/** What an adapter receives besides its options. */
export interface ProviderDependencies {
  readonly log: ProviderLog
}

/** The part of a Fastify (pino) logger that adapters use. */
export interface ProviderLog {
  debug (details: object, message: string): void
  info (details: object, message: string): void
  warn (details: object, message: string): void
  error (details: object, message: string): void
}

/** Opens an adapter with the options from the profile's configuration. */
export type CreateProvider<Options = unknown> = (options: Options, dependencies: ProviderDependencies) => IdentityProvider

/** The adapters that an app supports, by the `type` of a profile. */
export type ProviderRegistry = Readonly<Record<string, CreateProvider<never>>>
