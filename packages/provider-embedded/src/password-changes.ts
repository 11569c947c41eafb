import type { AccountEmails } from './account-emails.js'
import type { Accounts } from './accounts.js'
import { normalizedOrNull, type Asking } from './asking.js'
import type { CodeOwner } from './codes.js'
import type { OwnerPasswords } from './owner-passwords.js'
import { checkPassword, hashPassword } from './passwords.js'
import type { Proofs } from './proofs.js'

/** New passwords for existing accounts: forgotten, chosen after an invitation, or changed. */
export function createPasswordChanges ({ accounts, emails, proofs, ownerPasswords }: { accounts: Accounts, emails: AccountEmails, proofs: Proofs, ownerPasswords: OwnerPasswords }) {
  return {
    /** @throws IDENTITY_PROVIDER_ERR_THROTTLED, _UNAVAILABLE */
    async forgotPassword (asking: Asking, email: string): Promise<void> {
      await emails.request(asking, email, 'reset', () => true)
    },

    /** Sets a new password, confirms the address and ends every session. @throws IDENTITY_PROVIDER_ERR_INVALID_CODE, _WEAK_PASSWORD, _THROTTLED */
    async resetPassword (asking: Asking, { email, code, newPassword }: { email: string, code: string, newPassword: string }): Promise<CodeOwner> {
      await checkPassword(newPassword, normalizedOrNull(email) ?? '')
      return await ownerPasswords.reset(asking, await proofs.useCode(asking, 'reset', email, code), newPassword)
    },

    /** @throws IDENTITY_PROVIDER_ERR_INVALID_CODE, _WEAK_PASSWORD */
    async resetPasswordByLink (asking: Asking, purpose: 'reset' | 'invite', linkToken: string, newPassword: string): Promise<CodeOwner> {
      const link = await proofs.readLink(purpose, linkToken)
      await checkPassword(newPassword, link?.email ?? '')
      const owner = await proofs.useLink(purpose, linkToken)
      return await (purpose === 'invite' ? ownerPasswords.acceptInvitation : ownerPasswords.reset)(asking, owner, newPassword)
    },

    /**
     * Sets a new password and ends every session except that of `keepGrant`.
     *
     * @param keepGrant returns the grant to keep, given the account's id
     * @throws IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS, _WEAK_PASSWORD, _THROTTLED
     */
    async changePassword (asking: Asking, { email, oldPassword, newPassword }: { email: string, oldPassword: string, newPassword: string }, keepGrant: (accountId: string) => Promise<string | null>): Promise<void> {
      await checkPassword(newPassword, normalizedOrNull(email) ?? '')
      const account = await proofs.authenticate(asking, email, oldPassword)
      await accounts.setPassword(account.id, await hashPassword(newPassword), { keepGrant: await keepGrant(account.id) })
    }
  }
}
