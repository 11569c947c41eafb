import { createAccountEmails, type AccountEmailsConfig } from './account-emails.js'
import { createConfirmation } from './confirmation.js'
import { createOwnerPasswords } from './owner-passwords.js'
import { createPasswordChanges } from './password-changes.js'
import { createProofs } from './proofs.js'
import { createSignUp } from './sign-up.js'

export type AccountActions = ReturnType<typeof createAccountActions>

/**
 * What people do with their accounts, for both the adapter's methods and the hosted pages. All of it is rate limited
 * by account and client network. Errors are those of `@latchkey/identity-provider`.
 */
export function createAccountActions (config: AccountEmailsConfig) {
  const proofs = createProofs(config)
  const parts = { ...config, proofs, emails: createAccountEmails(config), ownerPasswords: createOwnerPasswords(config) }
  const { authenticate, signIn, readLink } = proofs
  return {
    authenticate,
    signIn,
    readLink,
    ...createSignUp(parts),
    ...createConfirmation(parts),
    ...createPasswordChanges(parts),
    deleteAccount: async (accountId: string): Promise<void> => { await config.accounts.delete(accountId) }
  }
}
