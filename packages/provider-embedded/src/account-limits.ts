import { errors } from '@latchkey/identity-provider'
import type { Attempts } from './attempts.js'
import { networkOf } from './client-network.js'
import type { CodePurpose } from './codes.js'
import { createCountedAttempts } from './counted-attempts.js'

/** The `Retry-After` for a client that started too many sign-ins or sign-outs. */
export const RETRY_AFTER_SECONDS = 60

/** How long a network counts as known after the account signed in from it. */
const KNOWN_MS = 90 * 24 * 60 * 60_000

/** Takes back what was counted for an attempt that turned out to be legitimate. */
export type Rightful = () => Promise<void>

export type AccountLimits = ReturnType<typeof createAccountLimits>

/**
 * Limits attempts on accounts, whether or not the accounts exist. A stranger must not be able to lock an owner out:
 * attempts count against the stranger's network first, and the limit for all networks together doesn't apply to a
 * network that the owner has signed in from before.
 */
export function createAccountLimits (attempts: Attempts) {
  const { take, count, requireNoWait, giveBack, forget } = createCountedAttempts(attempts)

  const keyOfKnown = (email: string, network: string) => `known:${email}|${network}`
  const isKnown = async (email: string, network: string | undefined) => network !== undefined && await attempts.isRemembered(keyOfKnown(email, network))

  /** The account, unless the network is known to it: the limits for all networks together don't apply to a known one. */
  const ofStranger = async (email: string, network: string | undefined) => await isKnown(email, network) ? undefined : email
  const withPurpose = (purpose: CodePurpose, email: string | undefined) => email === undefined ? undefined : `${purpose}:${email}`

  async function countEmailTo (clientAddress: string | undefined, purpose: CodePurpose, email: string): Promise<void> {
    const network = clientNetwork(clientAddress)
    await count('emailOfAccountFrom', `${purpose}:${pairOf(email, network)}`)
    await count('emailOfAccount', withPurpose(purpose, await ofStranger(email, network)))
  }

  return {
    /** Counts a password attempt. @param email `null` for an invalid address @throws IDENTITY_PROVIDER_ERR_THROTTLED */
    async countPassword (clientAddress: string | undefined, email: string | null): Promise<Rightful> {
      const network = clientNetwork(clientAddress)
      if (email === null) {
        await count('passwordFrom', network)
        return async () => {}
      }
      const [pair, stranger] = [pairOf(email, network), await ofStranger(email, network)]
      await requireNoWait('passwordOfAccountFrom', pair)
      await requireNoWait('passwordOfAccount', stranger)
      await count('passwordFrom', network)
      await count('passwordOfAccountFrom', pair)
      await count('passwordOfAccount', stranger)
      return async () => {
        await giveBack('passwordFrom', network)
        await forget('passwordOfAccountFrom', pair)
        await giveBack('passwordOfAccount', stranger)
      }
    },

    /** Counts a code attempt, in addition to the limit on each code. @throws IDENTITY_PROVIDER_ERR_THROTTLED */
    async countCode (clientAddress: string | undefined, purpose: CodePurpose, email: string | null): Promise<Rightful> {
      const network = clientNetwork(clientAddress)
      const stranger = email === null ? undefined : withPurpose(purpose, await ofStranger(email, network))
      await requireNoWait('codeOfAccount', stranger)
      await count('codeFrom', network)
      await count('codeOfAccount', stranger)
      return async () => {
        await giveBack('codeFrom', network)
        await giveBack('codeOfAccount', stranger)
      }
    },

    /** @throws IDENTITY_PROVIDER_ERR_THROTTLED */
    countSignUp: async (clientAddress: string | undefined): Promise<void> => { await count('signUpFrom', clientNetwork(clientAddress)) },

    /** Counts a request for an email. @throws IDENTITY_PROVIDER_ERR_THROTTLED */
    async countEmail (clientAddress: string | undefined, purpose: CodePurpose, email: string): Promise<void> {
      const network = clientNetwork(clientAddress)
      await requireNoWait('emailOfAccountFrom', `${purpose}:${pairOf(email, network)}`)
      await requireNoWait('emailOfAccount', withPurpose(purpose, await ofStranger(email, network)))
      await count('emailFrom', network)
      await countEmailTo(clientAddress, purpose, email)
    },

    /** Counts an email to an address, without counting a request for it. @throws IDENTITY_PROVIDER_ERR_THROTTLED */
    countEmailTo,

    /** Like `countEmailTo`, but returns whether the email may be sent instead of throwing. */
    async mayBeSent (clientAddress: string | undefined, purpose: CodePurpose, email: string): Promise<boolean> {
      try {
        await countEmailTo(clientAddress, purpose, email)
        return true
      } catch (error) {
        if (error instanceof errors.IDENTITY_PROVIDER_ERR_THROTTLED) return false
        throw error
      }
    },

    /**
     * Notes that an email for a hosted sign-in is about to be sent, because the form that asks for it may be submitted twice.
     *
     * @param message which of the emails to the address it is
     * @param isAskedAgain whether another email was asked for explicitly
     * @returns a function that takes the note back if sending fails, or `null` if the email is already on its way
     */
    async beginEmail (interactionUid: string | null, message: string, email: string, isAskedAgain: boolean): Promise<Rightful | null> {
      if (interactionUid === null) return async () => {}
      const [what, who] = [isAskedAgain ? 'emailAgainOfSignIn' : 'emailOfSignIn', `${interactionUid}:${message}:${email}`] as const
      return await take(what, who) ? async () => { await forget(what, who) } : null
    },

    /** Whether the network may start another hosted sign-in, for each of which a record is stored. It counts until it is finished. */
    mayBeginSignIn: async (clientAddress: string | undefined): Promise<boolean> => await take('signInFrom', clientNetwork(clientAddress) ?? 'unknown'),
    finishSignIn: async (clientAddress: string | undefined): Promise<void> => { await giveBack('signInFrom', clientNetwork(clientAddress) ?? 'unknown') },
    /** The same for sign-outs, which store a record too. */
    mayBeginSignOut: async (clientAddress: string | undefined): Promise<boolean> => await take('signOutFrom', clientNetwork(clientAddress) ?? 'unknown'),

    /** Forgets the wrong passwords of an account whose password has changed. */
    async forgetPasswords (clientAddress: string | undefined, email: string): Promise<void> {
      await forget('passwordOfAccountFrom', pairOf(email, clientNetwork(clientAddress)))
      await forget('passwordOfAccount', email)
    },

    /** Remembers the network that an account signed in from. */
    async remember (clientAddress: string | undefined, email: string): Promise<void> {
      const network = clientNetwork(clientAddress)
      if (network !== undefined && !await isKnown(email, network)) await attempts.remember(keyOfKnown(email, network), KNOWN_MS)
    }
  }
}

/** All clients with an unknown address count as one. */
function pairOf (email: string, network: string | undefined): string {
  return `${email}|${network ?? 'unknown'}`
}

export function clientNetwork (address: string | undefined): string | undefined {
  return address === undefined ? undefined : networkOf(address)
}
