/**
 * The capabilities of identity providers, one small interface each. An adapter implements those its provider supports;
 * callers check with `provides` or `requireCapability`.
 */
import type { IdentityProvider } from './provider.js'

/** The tokens that a provider issues at sign-in. */
export interface TokenSet {
  readonly idToken: string
  readonly accessToken: string | null
  readonly refreshToken: string | null
  /** When the token expires, ISO 8601; `null` if the provider does not say. */
  readonly idTokenExpiresAt: string | null
  readonly accessTokenExpiresAt: string | null
}

/** Part of every request that tries a password or a code, or sends an email, so that a provider can limit the rate per address. */
export interface FromAddress {
  /** The client's IP address, if known. */
  readonly clientAddress?: string | undefined
}

export interface PasswordSignIn {
  /** @throws IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS, _USER_NOT_CONFIRMED, _CHALLENGE_REQUIRED, _THROTTLED, _UNAVAILABLE */
  signInWithPassword (credentials: { email: string, password: string } & FromAddress): Promise<TokenSet>
}

export interface PasswordSignUp {
  /** @throws IDENTITY_PROVIDER_ERR_ACCOUNT_EXISTS, _WEAK_PASSWORD, _THROTTLED, _UNAVAILABLE */
  signUpWithPassword (account: { email: string, password: string, firstName?: string | null, lastName?: string | null } & FromAddress): Promise<SignedUpAccount>
}

export interface SignedUpAccount {
  /** The `sub` of the account's tokens. */
  readonly subject: string
  readonly emailVerified: boolean
}

export interface TokenRefresh {
  /**
   * Returns new tokens. Use their refresh token the next time; it is the same one if the provider does not rotate.
   *
   * @param request `email` is for providers that need to know whose token it is
   * @throws IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED, _THROTTLED, _UNAVAILABLE
   */
  refreshTokens (request: { refreshToken: string, email?: string }): Promise<TokenSet>
}

export interface PasswordRecovery {
  /** Sends a code or link. Behaves the same whether or not the address has an account. @throws IDENTITY_PROVIDER_ERR_THROTTLED, _UNAVAILABLE */
  forgotPassword (request: { email: string } & FromAddress): Promise<void>
}

/** A separate capability, because some providers (Auth0) email a link to their own page and accept no code from a client. */
export interface PasswordRecoveryConfirmation {
  /** @throws IDENTITY_PROVIDER_ERR_INVALID_CODE, _WEAK_PASSWORD, _THROTTLED, _UNAVAILABLE */
  confirmForgottenPassword (request: { email: string, code: string, newPassword: string } & FromAddress): Promise<void>
}

export interface PasswordChange {
  /** @throws IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS, _WEAK_PASSWORD, _THROTTLED, _UNAVAILABLE */
  changePassword (request: { email: string, oldPassword: string, newPassword: string, refreshToken?: string } & FromAddress): Promise<void>
}

export interface EmailVerification {
  /** Behaves the same whether or not the address has an account. @throws IDENTITY_PROVIDER_ERR_THROTTLED, _UNAVAILABLE */
  resendVerificationEmail (request: { email: string } & FromAddress): Promise<void>
}

/** A separate capability, because some providers (Auth0) email a link to their own page and accept no code from a client. */
export interface EmailConfirmation {
  /**
   * Confirms an account's email address with the code that was sent to it.
   *
   * @param request `password` is the password from the sign-up, for providers that require both
   * @throws IDENTITY_PROVIDER_ERR_INVALID_CODE (also for a wrong password), _THROTTLED, _UNAVAILABLE
   */
  confirmEmail (request: { email: string, code: string, password?: string | undefined } & FromAddress): Promise<void>
}

export interface CodeExchange {
  /**
   * Exchanges an authorization code (RFC 6749 §4.1.3, RFC 7636), authenticating as the client.
   *
   * @throws IDENTITY_PROVIDER_ERR_INVALID_CODE (also if the verifier or nonce belongs to another login), _REDIRECT_NOT_ALLOWED, _THROTTLED, _UNAVAILABLE
   */
  exchangeCode (request: { code: string, redirectUri?: string, codeVerifier?: string, nonce?: string }): Promise<TokenSet>
}

/**
 * Both methods throw IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED for a redirect URI that the profile does not list,
 * if it lists any. They throw _UNAVAILABLE if the provider has to be asked and does not respond.
 */
export interface HostedPages {
  /** The URL where a browser signs in (OpenID Connect Core §3.1.2.1). The front end adds the parameters that you leave out. */
  loginUrl (request?: { redirectUri?: string, state?: string, nonce?: string, codeChallenge?: string, loginHint?: string }): Promise<string>
  /** The URL where a browser signs out (RP-Initiated Logout); `null` if the provider has no logout page. */
  logoutUrl (request?: { redirectUri?: string, idTokenHint?: string, state?: string }): Promise<string | null>
}

export interface AccountDeletion {
  /** Deletes the account at the provider. Deleting an account that does not exist is not an error. @throws IDENTITY_PROVIDER_ERR_UNAVAILABLE */
  deleteAccount (account: { subject: string, email: string }): Promise<void>
}

export interface AccountInvitation {
  /**
   * Creates an account that only the owner of the address can use, unless one exists, and sends an email that lets them
   * choose a password. Calling it again sends another email.
   *
   * @throws IDENTITY_PROVIDER_ERR_THROTTLED, _UNAVAILABLE
   */
  inviteAccount (account: { email: string, firstName?: string | null, lastName?: string | null }): Promise<void>
}

/** The methods of each capability, which `provides` looks for. */
export const capabilities = {
  passwordSignIn: ['signInWithPassword'],
  passwordSignUp: ['signUpWithPassword'],
  tokenRefresh: ['refreshTokens'],
  passwordRecovery: ['forgotPassword'],
  passwordRecoveryConfirmation: ['confirmForgottenPassword'],
  passwordChange: ['changePassword'],
  emailVerification: ['resendVerificationEmail'],
  emailConfirmation: ['confirmEmail'],
  codeExchange: ['exchangeCode'],
  hostedPages: ['loginUrl', 'logoutUrl'],
  accountDeletion: ['deleteAccount'],
  accountInvitation: ['inviteAccount']
} as const satisfies Record<string, readonly string[]>

export interface CapabilityMap {
  passwordSignIn: PasswordSignIn
  passwordSignUp: PasswordSignUp
  tokenRefresh: TokenRefresh
  passwordRecovery: PasswordRecovery
  passwordRecoveryConfirmation: PasswordRecoveryConfirmation
  passwordChange: PasswordChange
  emailVerification: EmailVerification
  emailConfirmation: EmailConfirmation
  codeExchange: CodeExchange
  hostedPages: HostedPages
  accountDeletion: AccountDeletion
  accountInvitation: AccountInvitation
}

export type Capability = keyof CapabilityMap

/** Whether a provider has all methods of a capability. */
export function provides<Name extends Capability> (provider: IdentityProvider, capability: Name): provider is IdentityProvider & CapabilityMap[Name] {
  return capabilities[capability].every(method => typeof (provider as unknown as Record<string, unknown>)[method] === 'function')
}
