import { errors } from '@latchkey/identity-provider'
import { clientNetwork, type AccountLimits } from './account-limits.js'
import type { Account, Accounts } from './accounts.js'
import { normalizedOrNull, type Asking } from './asking.js'
import type { CodeOwner, CodePurpose, Codes } from './codes.js'
import { fitsPassword } from './passwords.js'
import type { ChosenPassword, Pending } from './pending-emails.js'

export type Proofs = ReturnType<typeof createProofs>

/** Checks what people prove themselves with: the password of an account, or the code or link of an email. Passwords and codes are counted. */
export function createProofs ({ accounts, limits, codes }: { accounts: Accounts, limits: AccountLimits, codes: Codes }) {
  /**
   * @param pending a password that is accepted too, if it was chosen for this address
   * @returns `chosen` if it was that password, and not the account's
   */
  async function tryPassword (asking: Asking, given: string, password: string, pending?: Pending): Promise<{ account: Account, chosen: ChosenPassword | undefined }> {
    const email = normalizedOrNull(given)
    const rightful = await limits.countPassword(asking.clientAddress, email)
    const account = email === null ? undefined : await accounts.findByEmail(email)
    const isAccounts = await fitsPassword(password, account?.passwordHash)
    const chosen = isAccounts || pending === undefined || normalizedOrNull(pending.email) !== email ? undefined : pending.chosen
    const isChosen = chosen !== undefined && await fitsPassword(password, chosen.passwordHash)
    if (account === undefined || !(isAccounts || isChosen)) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS()
    await rightful()
    // A stranger may know the password of an account that isn't confirmed.
    if (account.emailVerified) await limits.remember(asking.clientAddress, account.email)
    return { account, chosen }
  }

  /**
   * The account with this email and password, confirmed or not. An unknown address gets the same error after the same
   * time as a wrong password.
   *
   * @throws IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS, _THROTTLED
   */
  async function authenticate (asking: Asking, email: string, password: string): Promise<Account> {
    return (await tryPassword(asking, email, password)).account
  }

  return {
    tryPassword,
    authenticate,

    /** The same for a confirmed account. @throws IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS, _USER_NOT_CONFIRMED, _THROTTLED */
    async signIn (asking: Asking, { email, password }: { email: string, password: string }): Promise<Account> {
      const account = await authenticate(asking, email, password)
      if (!account.emailVerified) throw new errors.IDENTITY_PROVIDER_ERR_USER_NOT_CONFIRMED()
      return account
    },

    /** @throws IDENTITY_PROVIDER_ERR_INVALID_CODE, _THROTTLED */
    async useCode (asking: Asking, purpose: CodePurpose, given: string, code: string): Promise<CodeOwner> {
      const email = normalizedOrNull(given)
      const rightful = await limits.countCode(asking.clientAddress, purpose, email)
      const owner = email === null ? undefined : await codes.useCode(purpose, email, code, clientNetwork(asking.clientAddress))
      if (owner === undefined) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE()
      await rightful()
      await limits.remember(asking.clientAddress, owner.email)
      return owner
    },

    readLink: codes.readLink,

    /** @throws IDENTITY_PROVIDER_ERR_INVALID_CODE */
    async useLink (purpose: CodePurpose, linkToken: string): Promise<CodeOwner> {
      const owner = await codes.useLink(purpose, linkToken)
      if (owner === undefined) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE()
      return owner
    }
  }
}
