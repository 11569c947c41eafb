/** The kinds of provider that a profile can name; an app may register further ones under names of its own. */
export type ProviderType = 'embedded' | 'cognito' | 'auth0' | 'openid' | (string & {})

/**
 * What every opened adapter is. All it can do beyond this it says by implementing capabilities
 * (`capabilities.ts`); it has no stubs for what its provider cannot do.
 */
export interface IdentityProvider {
  /** The authentication profile's id. */
  readonly id: string
  readonly type: ProviderType
  /** What the ID tokens of this provider look like, as data; verification itself is done once, elsewhere. */
  readonly issuer: IssuerDescription
  /** Takes the adapter out of use where others could reach it by themselves; what is under way may still finish. `close` follows. */
  retire? (): void
  /** Lets go of what the adapter opened. */
  close? (): Promise<void>
}

export interface IssuerDescription {
  /** What `iss` is, to the letter. */
  readonly issuer: string
  readonly clientId: string
  /** What `aud` must contain one of. */
  readonly audiences: readonly string[]
  /** Where the keys are; left out: asked of the issuer by OpenID Connect Discovery. */
  readonly jwksUri?: string
  /** Gives the public keys themselves, where the provider is in this process: nothing is fetched then. */
  readonly keys?: () => Promise<readonly object[]>
  readonly algorithms?: readonly string[]
  /** Which claims hold the email, where the provider names them otherwise. */
  readonly claimNames?: { readonly email?: string, readonly emailVerified?: string }
}

/** What an adapter is handed beside its options. */
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

/** How an adapter is opened: options as the profile's configuration has them. */
export type CreateProvider<Options = unknown> = (options: Options, dependencies: ProviderDependencies) => IdentityProvider

/** The adapters that an app knows, by the `type` of a profile. */
export type ProviderRegistry = Readonly<Record<string, CreateProvider<never>>>
