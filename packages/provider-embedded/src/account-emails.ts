import { errors, type ProviderLog } from '@latchkey/identity-provider'
import type { AccountLimits } from './account-limits.js'
import type { Account, Accounts } from './accounts.js'
import { normalizedOrNull, type Asking } from './asking.js'
import type { Background } from './background.js'
import type { Codes } from './codes.js'
import { emails, type EmailKind } from './email-messages.js'
import type { Mailer } from './mailer.js'

export interface AccountEmailsConfig {
  readonly accounts: Accounts
  readonly limits: AccountLimits
  readonly codes: Codes
  readonly mailer: Mailer
  readonly background: Background
  readonly log: ProviderLog
  /** Where the hosted pages are: `<publicUrl>/oidc`. */
  readonly baseUrl: string
}

export type AccountEmails = ReturnType<typeof createAccountEmails>

/** Sends codes and links to the owners of accounts, in the background, so that the caller learns nothing from the timing. */
export function createAccountEmails ({ accounts, limits, codes, mailer, background, log, baseUrl }: AccountEmailsConfig) {
  /** @throws IDENTITY_PROVIDER_ERR_UNAVAILABLE if no email can be sent */
  function requireMailer ({ profileId }: Asking): void {
    if (mailer.kind !== 'none') return
    log.error({ profileId }, 'An email cannot be sent because no SMTP server is configured: set the option smtp')
    throw new errors.IDENTITY_PROVIDER_ERR_UNAVAILABLE(profileId)
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

  /** @param email normalized */
  function sendIfFound (asking: Asking, email: string, kind: EmailKind, wanted: (account: Account) => boolean): void {
    background.run(`find:${email}`, 'Finding an account', async () => {
      const account = await accounts.findByEmail(email)
      if (account !== undefined && wanted(account)) send(asking, kind, account)
    })
  }

  return {
    requireMailer,
    send,
    sendIfFound,

    /** Counts towards the limits on emails in any case, and sends one if there is an account for it. @throws IDENTITY_PROVIDER_ERR_THROTTLED, _UNAVAILABLE */
    async request (asking: Asking, given: string, kind: EmailKind, wanted: (account: Account) => boolean): Promise<void> {
      requireMailer(asking)
      const email = normalizedOrNull(given)
      if (email === null) return
      await limits.countEmail(asking.clientAddress, emails[kind].purpose, email)
      sendIfFound(asking, email, kind, wanted)
    }
  }
}
