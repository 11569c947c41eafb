/**
 * What a provider can do, one small interface each. An adapter implements those its provider has;
 * whoever wants one asks by the guard beside it.
 */
import type { IdentityProvider } from './provider.js'

/** What a provider hands out when somebody has signed in. */
export interface TokenSet {
  readonly idToken: string
  readonly accessToken: string | null
  readonly refreshToken: string | null
  /** When the tokens end, ISO 8601; `null` where the provider does not say. */
  readonly idTokenExpiresAt: string | null
  readonly accessTokenExpiresAt: string | null
}

/** Part of every request that tries a password or a code, or has an email sent: a provider may hold back further ones from the same address. */
export interface FromAddress {
  /** The client's IP address, where it is known. */
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
  /** What `sub` will be in the account's tokens. */
  readonly subject: string
  readonly emailVerified: boolean
}

export interface TokenRefresh {
  /**
   * New tokens. The refresh token in them is the one to use next: the same where the provider does not rotate.
   *
   * @param request `email` for providers that need to know whose token it is
   * @throws IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED, _THROTTLED, _UNAVAILABLE
   */
  refreshTokens (request: { refreshToken: string, email?: string }): Promise<TokenSet>
}

export interface PasswordRecovery {
  /** Sends a code or link; answers alike whether the address is known or not. @throws IDENTITY_PROVIDER_ERR_THROTTLED, _UNAVAILABLE */
  forgotPassword (request: { email: string } & FromAddress): Promise<void>
}

/** Its own capability, since a provider may mail a link to a page of its own (Auth0) and take no code from a client. */
export interface PasswordRecoveryConfirmation {
  /** @throws IDENTITY_PROVIDER_ERR_INVALID_CODE, _WEAK_PASSWORD, _THROTTLED, _UNAVAILABLE */
  confirmForgottenPassword (request: { email: string, code: string, newPassword: string } & FromAddress): Promise<void>
}

export interface PasswordChange {
  /** @throws IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS, _WEAK_PASSWORD, _THROTTLED, _UNAVAILABLE */
  changePassword (request: { email: string, oldPassword: string, newPassword: string, refreshToken?: string } & FromAddress): Promise<void>
}

export interface EmailVerification {
  /** Answers alike whether the address is known or not. @throws IDENTITY_PROVIDER_ERR_THROTTLED, _UNAVAILABLE */
  resendVerificationEmail (request: { email: string } & FromAddress): Promise<void>
}

/** Its own capability, since a provider may mail a link to a page of its own (Auth0) and take no code from a client. */
export interface EmailConfirmation {
  /**
   * Confirms an account's address by the code that was sent to it.
   *
   * @param request `password`: the password of the sign-up, for providers that want both
   * @throws IDENTITY_PROVIDER_ERR_INVALID_CODE (also for a wrong password), _THROTTLED, _UNAVAILABLE
   */
  confirmEmail (request: { email: string, code: string, password?: string | undefined } & FromAddress): Promise<void>
}

export interface CodeExchange {
  /**
   * Exchanges an authorization code (RFC 6749 §4.1.3, RFC 7636), authenticating as the client.
   *
   * @throws IDENTITY_PROVIDER_ERR_INVALID_CODE (also for a verifier or nonce of another login), _REDIRECT_NOT_ALLOWED, _THROTTLED, _UNAVAILABLE
   */
  exchangeCode (request: { code: string, redirectUri?: string, codeVerifier?: string, nonce?: string }): Promise<TokenSet>
}

/** Both throw IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED where the profile lists the allowed addresses, and _UNAVAILABLE where the provider must be asked. */
export interface HostedPages {
  /** Where a browser is sent to sign in (OpenID Connect Core §3.1.2.1). Left-out parameters are for the front end to add. */
  loginUrl (request?: { redirectUri?: string, state?: string, nonce?: string, codeChallenge?: string, loginHint?: string }): Promise<string>
  /** Where a browser is sent to sign out (RP-Initiated Logout); `null` where the provider has no such page. */
  logoutUrl (request?: { redirectUri?: string, idTokenHint?: string, state?: string }): Promise<string | null>
}

export interface AccountDeletion {
  /** Deletes the account at the provider; an account that is not there is no error. @throws IDENTITY_PROVIDER_ERR_UNAVAILABLE */
  deleteAccount (account: { subject: string, email: string }): Promise<void>
}

export interface AccountInvitation {
  /**
   * Makes an account that only the owner of an address can get into, unless there is one, and has an email sent by which
   * they choose a password. Again: another email.
   *
   * @throws IDENTITY_PROVIDER_ERR_THROTTLED, _UNAVAILABLE
   */
  inviteAccount (account: { email: string, firstName?: string | null, lastName?: string | null }): Promise<void>
}

/** The methods of each capability: what the guards look for. */
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

/** Whether a provider has a capability. */
export function provides<Name extends Capability> (provider: IdentityProvider, capability: Name): provider is IdentityProvider & CapabilityMap[Name] {
  return capabilities[capability].every(method => typeof (provider as unknown as Record<string, unknown>)[method] === 'function')
}
