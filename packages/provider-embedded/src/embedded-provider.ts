import type {
  AccountDeletion, AccountInvitation, CodeExchange, EmailVerification, HostedPages, IdentityProvider,
  PasswordChange, PasswordRecovery, PasswordRecoveryConfirmation, PasswordSignIn, PasswordSignUp, TokenRefresh
} from '@latchkey/identity-provider'

/** What the methods that try a password or a code, or send an email, may be told beside what the contract says. */
export interface FromAddress {
  /** The client's IP address: further tries from it are held back too. */
  readonly clientAddress?: string
}

/** A capability whose methods may be told the client's address too. */
type Told<Capability> = {
  [Name in keyof Capability]: Capability[Name] extends (request: infer Request) => infer Result ? (request: Request & FromAddress) => Result : never
}

/** The embedded provider, opened for one profile. */
export type EmbeddedProvider = IdentityProvider & TokenRefresh & CodeExchange & HostedPages & AccountDeletion & AccountInvitation &
  Told<PasswordSignIn & PasswordSignUp & PasswordRecovery & PasswordRecoveryConfirmation & PasswordChange & EmailVerification & EmailConfirmation>

export interface EmailConfirmation {
  /**
   * Confirms an account's address by the code that was sent to it and the account's password: the code alone does not do.
   *
   * @throws IDENTITY_PROVIDER_ERR_INVALID_CODE (also for a wrong password), _THROTTLED
   */
  confirmEmail (request: { email: string, code: string, password?: string | undefined }): Promise<void>
}
