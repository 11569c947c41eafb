import type {
  AccountDeletion, AccountInvitation, CodeExchange, EmailVerification, HostedPages, IdentityProvider,
  PasswordChange, PasswordRecovery, PasswordRecoveryConfirmation, PasswordSignIn, PasswordSignUp, TokenRefresh
} from '@latchkey/identity-provider'

/** Accepted, in addition to the contract, by the methods that check a password or a code or send an email. */
export interface FromAddress {
  /** The client's IP address: attempts are then limited by network too. */
  readonly clientAddress?: string
}

/** A capability whose methods also accept the client's address. */
type Told<Capability> = {
  [Name in keyof Capability]: Capability[Name] extends (request: infer Request) => infer Result ? (request: Request & FromAddress) => Result : never
}

/** The embedded provider, opened for one profile. */
export type EmbeddedProvider = IdentityProvider & TokenRefresh & CodeExchange & HostedPages & AccountDeletion & AccountInvitation &
  Told<PasswordSignIn & PasswordSignUp & PasswordRecovery & PasswordRecoveryConfirmation & PasswordChange & EmailVerification & EmailConfirmation>

export interface EmailConfirmation {
  /**
   * Confirms an account's email address with the emailed code and the account's password. The code alone is not enough.
   *
   * @throws IDENTITY_PROVIDER_ERR_INVALID_CODE (also for a wrong password), _THROTTLED
   */
  confirmEmail (request: { email: string, code: string, password?: string | undefined }): Promise<void>
}
