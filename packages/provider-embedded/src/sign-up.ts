import { errors } from '@latchkey/identity-provider'
import { normalizeEmail } from '@latchkey/users-store'
import type { AccountEmails } from './account-emails.js'
import type { AccountLimits } from './account-limits.js'
import type { Account, Accounts, Names } from './accounts.js'
import type { Asking } from './asking.js'
import { checkPassword, hashPassword } from './passwords.js'
import type { ChosenPassword } from './pending-emails.js'
import { randomSecret } from './secrets.js'

export interface NewAccount {
  readonly email: string
  readonly password: string
  readonly firstName?: string | null
  readonly lastName?: string | null
}

/** Creates accounts: for people who sign up, and for people who are invited. */
export function createSignUp ({ accounts, limits, emails }: { accounts: Accounts, limits: AccountLimits, emails: AccountEmails }) {
  /** @returns `account` is `undefined` if the email already has one */
  async function createAccount (asking: Asking, given: NewAccount): Promise<{ email: string, account: Account | undefined, chosen: ChosenPassword }> {
    emails.requireMailer(asking)
    const email = normalizeEmail(given.email)
    await checkPassword(given.password, email)
    await limits.countSignUp(asking.clientAddress)
    const passwordHash = await hashPassword(given.password)
    const names = namesOf(given)
    return { email, account: await accounts.create({ email, passwordHash, ...names }), chosen: { passwordHash, names } }
  }

  return {
    /**
     * Creates an account and sends its owner a code to confirm it.
     *
     * @throws IDENTITY_PROVIDER_ERR_ACCOUNT_EXISTS, _WEAK_PASSWORD, _THROTTLED, _UNAVAILABLE; USERS_STORE_ERR_INVALID_EMAIL
     */
    async signUp (asking: Asking, given: NewAccount): Promise<Account> {
      const { account } = await createAccount(asking, given)
      if (account === undefined) throw new errors.IDENTITY_PROVIDER_ERR_ACCOUNT_EXISTS()
      emails.send(asking, 'confirm', account)
      return account
    },

    /**
     * Like `signUp`, but doesn't reveal whether there was an account. If there was, an email tells its owner so, and how to
     * sign in. An unconfirmed account may be anyone's, so it is confirmed like a new one. The same attempts are counted
     * in each case, because the limits would reveal the difference.
     *
     * @returns the password and names that confirming the account will set
     * @throws IDENTITY_PROVIDER_ERR_WEAK_PASSWORD, _THROTTLED, _UNAVAILABLE; USERS_STORE_ERR_INVALID_EMAIL
     */
    async signUpDiscreetly (asking: Asking, given: NewAccount): Promise<ChosenPassword> {
      const { email, account, chosen } = await createAccount(asking, given)
      const mayBeReminded = await limits.mayBeSent(asking.clientAddress, 'reset', email)
      if (account !== undefined) emails.send(asking, 'confirm', account)
      else if (mayBeReminded) {
        emails.sendIfFound(asking, email, 'confirm', found => !found.emailVerified)
        emails.sendIfFound(asking, email, 'accountExists', found => found.emailVerified)
      }
      return chosen
    },

    /**
     * Creates an account without a known password, unless there is a confirmed one, and sends its owner a link to choose one.
     *
     * @throws IDENTITY_PROVIDER_ERR_THROTTLED, _UNAVAILABLE; USERS_STORE_ERR_INVALID_EMAIL
     */
    async invite (asking: Asking, given: Omit<NewAccount, 'password'>): Promise<void> {
      emails.requireMailer(asking)
      const email = normalizeEmail(given.email)
      await limits.countEmailTo(asking.clientAddress, 'invite', email)
      const passwordHash = await hashPassword(randomSecret())
      const names = namesOf(given)
      const before = await accounts.create({ email, passwordHash, ...names }) === undefined ? await accounts.findByEmail(email) : undefined
      // An unconfirmed account may be someone else's sign-up; the invited person must not get it.
      if (before?.emailVerified === false) await accounts.replace(before.id, { passwordHash, names, confirmed: false })
      const account = await accounts.findByEmail(email)
      if (account !== undefined) emails.send(asking, 'invite', account)
    }
  }
}

function namesOf ({ firstName, lastName }: Omit<NewAccount, 'password'>): Names {
  return { firstName: asName(firstName), lastName: asName(lastName) }
}

/** Longer than any real name. Limited because every ID token of the account contains it. */
const MAX_NAME_LENGTH = 255

/** A name of limited length, without characters that can't be shown or that PostgreSQL can't store. */
function asName (given: string | null | undefined): string | null {
  const name = (given ?? '').slice(0, 4 * MAX_NAME_LENGTH).replaceAll(/[\p{Control}\p{Surrogate}]+/gu, ' ').trim()
  return [...name].slice(0, MAX_NAME_LENGTH).join('') || null
}
