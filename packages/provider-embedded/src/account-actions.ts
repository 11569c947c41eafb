import { errors, type ProviderLog } from '@latchkey/identity-provider'
import { normalizeEmail } from '@latchkey/users-store'
import { clientNetwork, type AccountLimits } from './account-limits.js'
import type { Account, Accounts, Names } from './accounts.js'
import type { Background } from './background.js'
import type { CodeOrigin, CodeOwner, CodePurpose, Codes } from './codes.js'
import { emails, type EmailKind } from './email-messages.js'
import type { Mailer } from './mailer.js'
import { checkPassword, fitsPassword, hashPassword } from './passwords.js'
import type { ChosenPassword, Pending } from './pending-emails.js'
import { randomSecret } from './secrets.js'

/** Who is asking: the profile, the hosted sign-in if there is one, and the client's address if it is known. */
export interface Asking extends CodeOrigin {
  readonly profileId: string
  readonly brandName: string
  readonly clientAddress?: string | undefined
  /** Whether another email was asked for explicitly. Otherwise a form that is submitted twice sends only one. */
  readonly isAskedAgain?: boolean
}

export type AccountActions = ReturnType<typeof createAccountActions>

export interface AccountActionsConfig {
  readonly accounts: Accounts
  readonly limits: AccountLimits
  readonly codes: Codes
  readonly mailer: Mailer
  readonly background: Background
  readonly log: ProviderLog
  /** Where the hosted pages are: `<publicUrl>/oidc`. */
  readonly baseUrl: string
}

/**
 * What people do with their accounts, for both the adapter's methods and the hosted pages. All of it is rate limited
 * by account and client network. Errors are those of `@latchkey/identity-provider`.
 */
export function createAccountActions ({ accounts, limits, codes, mailer, background, log, baseUrl }: AccountActionsConfig) {
  function requireMailer ({ profileId }: Asking): void {
    if (mailer.kind !== 'none') return
    log.error({ profileId }, 'An email cannot be sent because no SMTP server is configured: set the option smtp')
    throw new errors.IDENTITY_PROVIDER_ERR_UNAVAILABLE(profileId)
  }

  /** The account, if the password is right. An unknown address gets the same error after the same time as a wrong password. */
  async function authenticate (asking: Asking, given: string, password: string): Promise<Account> {
    return (await tryPassword(asking, given, password)).account
  }

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

  function send (asking: Asking, kind: EmailKind, account: Account): void {
    const { clientId, interactionUid, isAskedAgain = false } = asking
    const { purpose, message } = emails[kind]
    const { email } = account
    background.run(`${purpose}:${email}`, 'Sending an email', async () => {
      // The code in a second email would invalidate the one in the first.
      const takeBack = await limits.beginEmail(interactionUid, kind, email, isAskedAgain)
      if (takeBack === null) return
      try {
        const issued = await codes.issue(purpose, { accountId: account.id, email, clientId, interactionUid })
        await mailer.send(message({ to: email, brandName: asking.brandName, baseUrl }, issued))
      } catch (error) {
        await takeBack()
        throw error
      }
    })
  }

  /** Counts towards the limits on emails in any case, and sends one if there is an account for it. */
  async function sendIf (asking: Asking, given: string, kind: EmailKind, wanted: (account: Account) => boolean): Promise<void> {
    requireMailer(asking)
    const email = normalizedOrNull(given)
    if (email === null) return
    await limits.countEmail(asking.clientAddress)
    await limits.countEmailTo(asking.clientAddress, emails[kind].purpose, email)
    sendIfFound(asking, email, kind, wanted)
  }

  /** Looks up the account in the background, so that the caller learns nothing from the timing. */
  function sendIfFound (asking: Asking, email: string, kind: EmailKind, wanted: (account: Account) => boolean): void {
    background.run(`find:${email}`, 'Finding an account', async () => {
      const account = await accounts.findByEmail(email)
      if (account !== undefined && wanted(account)) send(asking, kind, account)
    })
  }

  /** @returns `account` is `undefined` if the email already has one */
  async function createAccount (asking: Asking, given: NewAccount): Promise<{ email: string, account: Account | undefined, chosen: ChosenPassword }> {
    requireMailer(asking)
    const email = normalizeEmail(given.email)
    await checkPassword(given.password, email)
    await limits.countSignUp(asking.clientAddress)
    const passwordHash = await hashPassword(given.password)
    const names = { firstName: asName(given.firstName), lastName: asName(given.lastName) }
    return { email, account: await accounts.create({ email, passwordHash, ...names }), chosen: { passwordHash, names } }
  }

  async function useCode (asking: Asking, purpose: CodePurpose, given: string, code: string): Promise<CodeOwner> {
    const email = normalizedOrNull(given)
    const rightful = await limits.countCode(asking.clientAddress, purpose, email)
    const owner = email === null ? undefined : await codes.useCode(purpose, email, code, clientNetwork(asking.clientAddress))
    if (owner === undefined) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE()
    await rightful()
    await limits.remember(asking.clientAddress, owner.email)
    return owner
  }

  /** Confirms the account with the password chosen by the person who read the email, no matter who created it or with which password. */
  async function confirmWith (asking: Asking, owner: CodeOwner, { passwordHash, names }: ChosenPassword): Promise<CodeOwner> {
    if (!await accounts.confirm(owner.accountId, passwordHash)) return await giveTo(asking, owner, passwordHash, names)
    await limits.forgetPasswords(asking.clientAddress, owner.email)
    return owner
  }

  /**
   * Sets a new password for someone who has proven that they own the address. An unconfirmed account may have been created
   * by someone else, who also chose its names, so nothing of it is kept, not even the subject.
   */
  async function giveTo (asking: Asking, owner: CodeOwner, passwordHash: string, names?: Names): Promise<CodeOwner> {
    const accountId = await accounts.replace(owner.accountId, { passwordHash, names: names ?? NAMELESS, confirmed: true })
    if (accountId === undefined) await accounts.setPassword(owner.accountId, passwordHash, { names })
    await limits.forgetPasswords(asking.clientAddress, owner.email)
    return accountId === undefined ? owner : { ...owner, accountId }
  }

  /** @param account as it was when its password was checked; the password may have changed since */
  async function confirmAs (owner: CodeOwner, account: Account): Promise<CodeOwner> {
    if (!await accounts.confirm(owner.accountId, account.passwordHash)) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE()
    return owner
  }

  /** The person who read the email owns the address, so this also confirms the account. */
  async function setForgottenPassword (asking: Asking, owner: CodeOwner, newPassword: string): Promise<CodeOwner> {
    return await giveTo(asking, owner, await hashPassword(newPassword))
  }

  /** Keeps the account, because the inviter created it and chose its names. */
  async function acceptInvitation (asking: Asking, owner: CodeOwner, newPassword: string): Promise<CodeOwner> {
    await accounts.setPassword(owner.accountId, await hashPassword(newPassword), { confirmed: true })
    await limits.forgetPasswords(asking.clientAddress, owner.email)
    return owner
  }

  return {
    /** The account with this email and password, confirmed or not. @throws IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS, _THROTTLED */
    authenticate,

    /** @throws IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS, _USER_NOT_CONFIRMED, _THROTTLED */
    async signIn (asking: Asking, { email, password }: { email: string, password: string }): Promise<Account> {
      const account = await authenticate(asking, email, password)
      if (!account.emailVerified) throw new errors.IDENTITY_PROVIDER_ERR_USER_NOT_CONFIRMED()
      return account
    },

    /**
     * Creates an account and sends its owner a code to confirm it.
     *
     * @throws IDENTITY_PROVIDER_ERR_ACCOUNT_EXISTS, _WEAK_PASSWORD, _THROTTLED, _UNAVAILABLE; USERS_STORE_ERR_INVALID_EMAIL
     */
    async signUp (asking: Asking, given: NewAccount): Promise<Account> {
      const { account } = await createAccount(asking, given)
      if (account === undefined) throw new errors.IDENTITY_PROVIDER_ERR_ACCOUNT_EXISTS()
      send(asking, 'confirm', account)
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
      if (account !== undefined) send(asking, 'confirm', account)
      else if (mayBeReminded) {
        sendIfFound(asking, email, 'confirm', found => !found.emailVerified)
        sendIfFound(asking, email, 'accountExists', found => found.emailVerified)
      }
      return chosen
    },

    /** @throws IDENTITY_PROVIDER_ERR_THROTTLED, _UNAVAILABLE */
    async sendConfirmation (asking: Asking, email: string): Promise<void> {
      await sendIf(asking, email, 'confirm', account => !account.emailVerified)
    },

    /**
     * Confirms an account, given the code and the account's password. With the code alone, the owner of an address would
     * confirm an account that someone else created. A wrong password uses up neither the code nor one of its attempts.
     *
     * @throws IDENTITY_PROVIDER_ERR_INVALID_CODE, _THROTTLED
     */
    async confirm (asking: Asking, { email, code, password = '' }: { email: string, code: string, password?: string | undefined }): Promise<CodeOwner> {
      const account = await authenticate(asking, email, password).catch((error: unknown) => {
        throw error instanceof errors.IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS ? new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE() : error
      })
      return await confirmAs(await useCode(asking, 'confirm', email, code), account)
    },

    /**
     * Confirms an account at a hosted page and sets the password that was entered there.
     *
     * @throws IDENTITY_PROVIDER_ERR_INVALID_CODE, _THROTTLED
     */
    async confirmChosen (asking: Asking, { email, code }: { email: string, code: string }, chosen: ChosenPassword): Promise<CodeOwner> {
      return await confirmWith(asking, await useCode(asking, 'confirm', email, code), chosen)
    },

    /**
     * Confirms an account, given the link and either the account's password or the one that was entered in the hosted
     * sign-in that requested the link. A wrong password doesn't use up the link.
     *
     * @throws IDENTITY_PROVIDER_ERR_INVALID_CODE, _INVALID_CREDENTIALS, _THROTTLED
     */
    async confirmByLink (asking: Asking, linkToken: string, password: string, pending: Pending | undefined): Promise<CodeOwner> {
      const link = await codes.readLink('confirm', linkToken)
      if (link === undefined || link.expired) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE()
      const { account, chosen } = await tryPassword(asking, link.email, password, pending)
      const owner = await codes.useLink('confirm', linkToken)
      if (owner === undefined) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE()
      return chosen === undefined ? await confirmAs(owner, account) : await confirmWith(asking, owner, chosen)
    },

    /**
     * Creates an account without a known password, unless there is a confirmed one, and sends its owner a link to choose one.
     *
     * @throws IDENTITY_PROVIDER_ERR_THROTTLED, _UNAVAILABLE; USERS_STORE_ERR_INVALID_EMAIL
     */
    async invite (asking: Asking, given: Omit<NewAccount, 'password'>): Promise<void> {
      requireMailer(asking)
      const email = normalizeEmail(given.email)
      await limits.countEmailTo(asking.clientAddress, 'invite', email)
      const passwordHash = await hashPassword(randomSecret())
      const names = { firstName: asName(given.firstName), lastName: asName(given.lastName) }
      const before = await accounts.create({ email, passwordHash, ...names }) === undefined ? await accounts.findByEmail(email) : undefined
      // An unconfirmed account may be someone else's sign-up; the invited person must not get it.
      if (before?.emailVerified === false) await accounts.replace(before.id, { passwordHash, names, confirmed: false })
      const account = await accounts.findByEmail(email)
      if (account !== undefined) send(asking, 'invite', account)
    },

    /** @throws IDENTITY_PROVIDER_ERR_THROTTLED, _UNAVAILABLE */
    async forgotPassword (asking: Asking, email: string): Promise<void> {
      await sendIf(asking, email, 'reset', () => true)
    },

    /** Sets a new password, confirms the address and ends every session. @throws IDENTITY_PROVIDER_ERR_INVALID_CODE, _WEAK_PASSWORD, _THROTTLED */
    async resetPassword (asking: Asking, { email, code, newPassword }: { email: string, code: string, newPassword: string }): Promise<CodeOwner> {
      await checkPassword(newPassword, normalizedOrNull(email) ?? '')
      return await setForgottenPassword(asking, await useCode(asking, 'reset', email, code), newPassword)
    },

    /** @throws IDENTITY_PROVIDER_ERR_INVALID_CODE, _WEAK_PASSWORD */
    async resetPasswordByLink (asking: Asking, purpose: 'reset' | 'invite', linkToken: string, newPassword: string): Promise<CodeOwner> {
      const link = await codes.readLink(purpose, linkToken)
      await checkPassword(newPassword, link?.email ?? '')
      const owner = await codes.useLink(purpose, linkToken)
      if (owner === undefined) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE()
      return await (purpose === 'invite' ? acceptInvitation : setForgottenPassword)(asking, owner, newPassword)
    },

    /**
     * Sets a new password and ends every session except that of `keepGrant`.
     *
     * @param keepGrant returns the grant to keep, given the account's id
     * @throws IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS, _WEAK_PASSWORD, _THROTTLED
     */
    async changePassword (asking: Asking, { email, oldPassword, newPassword }: { email: string, oldPassword: string, newPassword: string }, keepGrant: (accountId: string) => Promise<string | null>): Promise<void> {
      await checkPassword(newPassword, normalizedOrNull(email) ?? '')
      const account = await authenticate(asking, email, oldPassword)
      await accounts.setPassword(account.id, await hashPassword(newPassword), { keepGrant: await keepGrant(account.id) })
    },

    deleteAccount: async (accountId: string): Promise<void> => { await accounts.delete(accountId) },
    readLink: codes.readLink
  }
}

const NAMELESS: Names = { firstName: null, lastName: null }

export interface NewAccount {
  readonly email: string
  readonly password: string
  readonly firstName?: string | null
  readonly lastName?: string | null
}

/** `null` for an invalid email address, which is then treated like an unknown one. */
function normalizedOrNull (email: string): string | null {
  try {
    return normalizeEmail(email)
  } catch {
    return null
  }
}

/** Longer than any real name. Limited because every ID token of the account contains it. */
const MAX_NAME_LENGTH = 255

/** A name of limited length, without characters that can't be shown or that PostgreSQL can't store. */
function asName (given: string | null | undefined): string | null {
  const name = (given ?? '').slice(0, 4 * MAX_NAME_LENGTH).replaceAll(/[\p{Control}\p{Surrogate}]+/gu, ' ').trim()
  return [...name].slice(0, MAX_NAME_LENGTH).join('') || null
}
