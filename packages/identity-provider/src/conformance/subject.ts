import type { Capability } from '../capabilities.js'
import type { IdentityProvider, ProviderDependencies } from '../provider.js'

type Awaitable<T> = T | Promise<T>

/** What is wrong with an adapter's counterpart: it refuses connections, never answers, or answers nonsense. */
export type Outage = 'down' | 'hanging' | 'garbage'

/** An adapter as the conformance suite is handed it. */
export interface Subject {
  /**
   * An opened adapter against its real counterpart: the provider itself, an emulator of it, or another implementation
   * of the protocol it speaks. Hand `dependencies` on to it: what it logs is searched for secrets.
   */
  create (dependencies: ProviderDependencies): Awaitable<IdentityProvider>

  /**
   * An adapter whose counterpart is broken, with a short timeout of its own (half of `unavailableWithinMs` or less).
   * `null` says that this cannot happen to this adapter, and the suite shows the check as skipped.
   */
  createUnavailable (kind: Outage, dependencies: ProviderDependencies): Awaitable<IdentityProvider | null>

  /** How long the suite waits for an adapter with a broken counterpart to give up, in milliseconds; default 2000. */
  readonly unavailableWithinMs?: number

  /** The capabilities that ask nothing of the counterpart: they must work while it is broken. Default: none. */
  readonly worksOffline?: readonly Capability[]

  /** What beside passwords, tokens and codes must show up nowhere, such as the client secret or an API key. */
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
 * What the suite needs of the counterpart to try a capability. Each function is called several times and gives
 * something fresh each time; it may use the adapter that `create` gave.
 */
export interface Scenarios {
  readonly passwordSignIn?: {
    /** An account that may sign in. */
    account (): Awaitable<Credentials>
    /** An account that has not confirmed its email, where the provider keeps such ones out. */
    unconfirmedAccount?(): Awaitable<Credentials>
    /** An account of which more than a password is asked, where the provider has such ones. */
    challengedAccount?(): Awaitable<Credentials>
  }
  readonly passwordSignUp?: {
    /** An account that does not exist yet. */
    newAccount (): Awaitable<NewAccount>
    /** What the provider's policy refuses, and no message contains; default `q7X$`. */
    readonly weakPassword?: string
    /** Confirms a new account as its owner would, so that it may sign in. */
    confirm?(email: string, password: string): Awaitable<void>
  }
  readonly tokenRefresh?: {
    /** A session that has begun a moment ago. */
    session (): Awaitable<{ readonly refreshToken: string, readonly email?: string }>
    /** Whether a refresh token works once and gives a new one; otherwise it works again and again. */
    readonly rotates: boolean
  }
  readonly passwordRecovery?: {
    account (): Awaitable<{ readonly email: string }>
    /** How many recovery messages were sent to an address so far. */
    messagesTo (email: string): Awaitable<number>
  }
  readonly passwordRecoveryConfirmation?: {
    /** An account that has asked to recover its password, and the code that was sent to it. */
    recovery (): Awaitable<Credentials & { readonly code: string }>
    /** As for `passwordSignUp`. */
    readonly weakPassword?: string
  }
  readonly passwordChange?: {
    /** An account, with the refresh token of a session where the provider wants one. */
    account (): Awaitable<Credentials & { readonly refreshToken?: string }>
    /** As for `passwordSignUp`. */
    readonly weakPassword?: string
  }
  readonly emailVerification?: {
    unconfirmedAccount (): Awaitable<{ readonly email: string }>
    /** How many confirmation messages were sent to an address so far. */
    messagesTo (email: string): Awaitable<number>
  }
  readonly emailConfirmation?: {
    /** An account that has not confirmed its email, and the code that was sent to it. */
    unconfirmedAccount (): Awaitable<Credentials & { readonly code: string }>
  }
  readonly codeExchange?: {
    /** Signs somebody in at the provider's page and gives what a client then exchanges. */
    authorization (): Awaitable<{ readonly code: string, readonly redirectUri?: string, readonly codeVerifier?: string, readonly nonce?: string }>
  }
  readonly hostedPages?: {
    /** Where the login page may send a browser back to. */
    readonly redirectUri: string
    /** Where the logout page may; `null` where the provider has no such page. */
    readonly logoutRedirectUri: string | null
    /** An address that the adapter's options do not allow, where they list the allowed ones. */
    readonly foreignRedirectUri?: string
  }
  readonly accountDeletion?: {
    account (): Awaitable<{ readonly subject: string, readonly email: string }>
    /** Whether the provider still has the account. */
    exists (account: { readonly subject: string, readonly email: string }): Awaitable<boolean>
  }
  readonly accountInvitation?: {
    /** An account that is there and confirmed. */
    account (): Awaitable<Credentials>
    /** An address without an account. */
    newAddress (): Awaitable<string>
    /** Chooses a password by the invitation that was sent to an address last. */
    accept (email: string): Awaitable<Credentials>
  }
}
