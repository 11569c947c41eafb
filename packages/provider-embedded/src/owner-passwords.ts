import type { AccountLimits } from './account-limits.js'
import type { Accounts, Names } from './accounts.js'
import type { Asking } from './asking.js'
import type { CodeOwner } from './codes.js'
import { hashPassword } from './passwords.js'
import type { ChosenPassword } from './pending-emails.js'

const NAMELESS: Names = { firstName: null, lastName: null }

export type OwnerPasswords = ReturnType<typeof createOwnerPasswords>

/** Sets the password of an account for someone who has proven that they own its address. Returns the owner of the account that results. */
export function createOwnerPasswords ({ accounts, limits }: { accounts: Accounts, limits: AccountLimits }) {
  /**
   * An unconfirmed account may have been created by someone else, who also chose its names, so nothing of it is kept, not
   * even the subject.
   */
  async function giveTo (asking: Asking, owner: CodeOwner, passwordHash: string, names?: Names): Promise<CodeOwner> {
    const accountId = await accounts.replace(owner.accountId, { passwordHash, names: names ?? NAMELESS, confirmed: true })
    if (accountId === undefined) await accounts.setPassword(owner.accountId, passwordHash, { names })
    await limits.forgetPasswords(asking.clientAddress, owner.email)
    return accountId === undefined ? owner : { ...owner, accountId }
  }

  return {
    /** Confirms the account with the password chosen by the person who read the email, no matter who created it or with which password. */
    async confirmWith (asking: Asking, owner: CodeOwner, { passwordHash, names }: ChosenPassword): Promise<CodeOwner> {
      if (!await accounts.confirm(owner.accountId, passwordHash)) return await giveTo(asking, owner, passwordHash, names)
      await limits.forgetPasswords(asking.clientAddress, owner.email)
      return owner
    },

    /** The person who read the email owns the address, so this also confirms the account. */
    reset: async (asking: Asking, owner: CodeOwner, newPassword: string): Promise<CodeOwner> => await giveTo(asking, owner, await hashPassword(newPassword)),

    /** Keeps the account, because the inviter created it and chose its names. */
    async acceptInvitation (asking: Asking, owner: CodeOwner, newPassword: string): Promise<CodeOwner> {
      await accounts.setPassword(owner.accountId, await hashPassword(newPassword), { confirmed: true })
      await limits.forgetPasswords(asking.clientAddress, owner.email)
      return owner
    }
  }
}
