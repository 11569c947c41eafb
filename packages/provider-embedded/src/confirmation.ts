import { errors } from '@latchkey/identity-provider'
import type { AccountEmails } from './account-emails.js'
import type { Account, Accounts } from './accounts.js'
import type { Asking } from './asking.js'
import type { CodeOwner } from './codes.js'
import type { OwnerPasswords } from './owner-passwords.js'
import type { ChosenPassword, Pending } from './pending-emails.js'
import type { Proofs } from './proofs.js'

/** Confirms that an account's address is its owner's. */
export function createConfirmation ({ accounts, emails, proofs, ownerPasswords }: { accounts: Accounts, emails: AccountEmails, proofs: Proofs, ownerPasswords: OwnerPasswords }) {
  /** @param account as it was when its password was checked; the password may have changed since */
  async function confirmAs (owner: CodeOwner, account: Account): Promise<CodeOwner> {
    if (!await accounts.confirm(owner.accountId, account.passwordHash)) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE()
    return owner
  }

  return {
    /** @throws IDENTITY_PROVIDER_ERR_THROTTLED, _UNAVAILABLE */
    async sendConfirmation (asking: Asking, email: string): Promise<void> {
      await emails.request(asking, email, 'confirm', account => !account.emailVerified)
    },

    /**
     * Confirms an account, given the code and the account's password. With the code alone, the owner of an address would
     * confirm an account that someone else created. A wrong password uses up neither the code nor one of its attempts.
     *
     * @throws IDENTITY_PROVIDER_ERR_INVALID_CODE, _THROTTLED
     */
    async confirm (asking: Asking, { email, code, password = '' }: { email: string, code: string, password?: string | undefined }): Promise<CodeOwner> {
      const account = await proofs.authenticate(asking, email, password).catch((error: unknown) => {
        throw error instanceof errors.IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS ? new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE() : error
      })
      return await confirmAs(await proofs.useCode(asking, 'confirm', email, code), account)
    },

    /**
     * Confirms an account at a hosted page and sets the password that was entered there.
     *
     * @throws IDENTITY_PROVIDER_ERR_INVALID_CODE, _THROTTLED
     */
    async confirmChosen (asking: Asking, { email, code }: { email: string, code: string }, chosen: ChosenPassword): Promise<CodeOwner> {
      return await ownerPasswords.confirmWith(asking, await proofs.useCode(asking, 'confirm', email, code), chosen)
    },

    /**
     * Confirms an account, given the link and either the account's password or the one that was entered in the hosted
     * sign-in that requested the link. A wrong password doesn't use up the link.
     *
     * @throws IDENTITY_PROVIDER_ERR_INVALID_CODE, _INVALID_CREDENTIALS, _THROTTLED
     */
    async confirmByLink (asking: Asking, linkToken: string, password: string, pending: Pending | undefined): Promise<CodeOwner> {
      const link = await proofs.readLink('confirm', linkToken)
      if (link === undefined || link.expired) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE()
      const { account, chosen } = await proofs.tryPassword(asking, link.email, password, pending)
      const owner = await proofs.useLink('confirm', linkToken)
      return chosen === undefined ? await confirmAs(owner, account) : await ownerPasswords.confirmWith(asking, owner, chosen)
    }
  }
}
