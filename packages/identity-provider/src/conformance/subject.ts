import type { Capability } from '../capabilities.js'
import type { IdentityProvider, ProviderDependencies } from '../provider.js'

type Awaitable<T> = T | Promise<T>

/** How an adapter's counterpart is broken: it refuses connections, never responds, or responds with garbage. */
export type Outage = 'down' | 'hanging' | 'garbage'

/** An adapter, as the conformance suite takes it. */
export interface Subject {
  /**
   * Opens the adapter with its real counterpart: the provider itself, an emulator of it, or another implementation
   * of its protocol. Pass `dependencies` on: the suite searches the log for secrets.
   */
  create (dependencies: ProviderDependencies): Awaitable<IdentityProvider>

  /**
   * Opens the adapter with a broken counterpart and a short timeout (half of `unavailableWithinMs` or less).
   * Return `null` if this cannot happen to the adapter; the suite then skips the check.
   */
  createUnavailable (kind: Outage, dependencies: ProviderDependencies): Awaitable<IdentityProvider | null>

  /** How long the suite waits for an adapter with a broken counterpart to give up, in milliseconds. Default: 2000. */
  readonly unavailableWithinMs?: number

  /** The capabilities that do not need the counterpart and must work while it is broken. Default: none. */
  readonly worksOffline?: readonly Capability[]

  /** Secrets besides passwords, tokens and codes that must not appear anywhere, such as the client secret or an API key. */
  readonly secrets?: readonly string[]

  /** One scenario for each capability that the adapter has, and none for others. */
  readonly scenarios: Scenarios
}

export interface Credentials {
  readonly email: string
  readonly password: string
}

export interface NewAccount extends Credentials {
  readonly firstName?: string | null
  readonly lastName?: string | null
}

/**
 * What the suite needs from the counterpart to test a capability. Each function is called several times and must return
 * something new each time. It may use the adapter that `create` returned.
 */
export interface Scenarios {
  readonly passwordSignIn?: {
    /** An account that can sign in. */
    account (): Awaitable<Credentials>
    /** An account with an unconfirmed email, if the provider refuses those. */
    unconfirmedAccount?(): Awaitable<Credentials>
    /** An account that needs more than a password to sign in, if the provider has those. */
    challengedAccount?(): Awaitable<Credentials>
  }
  readonly passwordSignUp?: {
    /** An account that does not exist yet. */
    newAccount (): Awaitable<NewAccount>
    /** A password that the provider's policy refuses and no message contains. Default: `q7X$`. */
    readonly weakPassword?: string
    /** Confirms a new account as its owner would, so that it can sign in. */
    confirm?(email: string, password: string): Awaitable<void>
  }
  readonly tokenRefresh?: {
    /** A new session. */
    session (): Awaitable<{ readonly refreshToken: string, readonly email?: string }>
    /** Whether a refresh token works once and is replaced; otherwise the same one can be used again. */
    readonly rotates: boolean
  }
  readonly passwordRecovery?: {
    account (): Awaitable<{ readonly email: string }>
    /** How many recovery messages have been sent to an address. */
    messagesTo (email: string): Awaitable<number>
  }
  readonly passwordRecoveryConfirmation?: {
    /** An account that has requested a password recovery, and the code that was sent to it. */
    recovery (): Awaitable<Credentials & { readonly code: string }>
    /** As for `passwordSignUp`. */
    readonly weakPassword?: string
  }
  readonly passwordChange?: {
    /** An account, with the refresh token of a session if the provider needs one. */
    account (): Awaitable<Credentials & { readonly refreshToken?: string }>
    /** As for `passwordSignUp`. */
    readonly weakPassword?: string
  }
  readonly emailVerification?: {
    unconfirmedAccount (): Awaitable<{ readonly email: string }>
    /** How many confirmation messages have been sent to an address. */
    messagesTo (email: string): Awaitable<number>
  }
  readonly emailConfirmation?: {
    /** An account with an unconfirmed email, and the code that was sent to it. */
    unconfirmedAccount (): Awaitable<Credentials & { readonly code: string }>
  }
  readonly codeExchange?: {
    /** Signs in on the provider's login page and returns what a client then exchanges. */
    authorization (): Awaitable<{ readonly code: string, readonly redirectUri?: string, readonly codeVerifier?: string, readonly nonce?: string }>
  }
  readonly hostedPages?: {
    /** An allowed redirect URI for the login page. */
    readonly redirectUri: string
    /** An allowed redirect URI for the logout page; `null` if the provider has no logout page. */
    readonly logoutRedirectUri: string | null
    /** A redirect URI that the adapter's options do not allow, if they list the allowed ones. */
    readonly foreignRedirectUri?: string
  }
  readonly accountDeletion?: {
    account (): Awaitable<{ readonly subject: string, readonly email: string }>
    /** Whether the provider still has the account. */
    exists (account: { readonly subject: string, readonly email: string }): Awaitable<boolean>
  }
  readonly accountInvitation?: {
    /** An existing, confirmed account. */
    account (): Awaitable<Credentials>
    /** An address without an account. */
    newAddress (): Awaitable<string>
    /** Chooses a password with the latest invitation that was sent to an address. */
    accept (email: string): Awaitable<Credentials>
  }
}
