import { errors } from '@latchkey/identity-provider'
import type { AttemptPolicy, Attempts } from './attempts.js'
import { networkOf } from './client-network.js'
import type { CodePurpose } from './codes.js'

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 60 * 60_000, 24 * 60 * 60_000]

/**
 * `From` counts what comes from one client network, which may be a whole office; `OfAccountFrom` what one network does to one account; and
 * `OfAccount` what all networks together do to it in a day, so much more that no single network reaches it.
 */
const policies = {
  passwordFrom: { free: 30, firstDelayMs: SECOND, maxDelayMs: 5 * MINUTE },
  passwordOfAccountFrom: { free: 5, firstDelayMs: SECOND, maxDelayMs: HOUR },
  passwordOfAccount: { free: 100, firstDelayMs: MINUTE, maxDelayMs: 15 * MINUTE, windowMs: DAY },
  codeFrom: { free: 30, firstDelayMs: SECOND, maxDelayMs: 5 * MINUTE },
  codeOfAccount: { free: 100, firstDelayMs: MINUTE, maxDelayMs: 15 * MINUTE, windowMs: DAY },
  signUpFrom: { free: 20, firstDelayMs: 30 * SECOND, maxDelayMs: HOUR },
  emailFrom: { free: 20, firstDelayMs: 30 * SECOND, maxDelayMs: HOUR },
  emailOfAccountFrom: { free: 4, firstDelayMs: MINUTE, maxDelayMs: 4 * HOUR },
  signInFrom: { free: 300, firstDelayMs: MINUTE, maxDelayMs: MINUTE, windowMs: 10 * MINUTE },
  signOutFrom: { free: 300, firstDelayMs: MINUTE, maxDelayMs: MINUTE, windowMs: 10 * MINUTE },
  emailOfAccount: { free: 40, firstDelayMs: MINUTE, maxDelayMs: HOUR, windowMs: DAY },
  // Nobody has read an email, and come back to ask for it anew, sooner; who asks for another one by the button for that has seen that there was one.
  emailOfSignIn: { free: 1, firstDelayMs: 10 * SECOND, maxDelayMs: 10 * SECOND, windowMs: 10 * SECOND },
  emailAgainOfSignIn: { free: 1, firstDelayMs: 3 * SECOND, maxDelayMs: 3 * SECOND, windowMs: 3 * SECOND }
} as const satisfies Record<string, AttemptPolicy>

type Limit = keyof typeof policies

/** What a client is told that began too many sign-ins. */
export const RETRY_AFTER_SECONDS = 60

/** How long a network is known that an account was signed in from. */
const KNOWN_MS = 90 * DAY

/** Takes back what a try has counted, once it turned out to be rightful. */
export type Rightful = () => Promise<void>

export type AccountLimits = ReturnType<typeof createAccountLimits>

/**
 * How often something may be tried with accounts, whether there are such accounts or not. A stranger must not be able to keep an owner out: what
 * they do counts for their network first, and what all strangers do together not for a network that the owner has come from before.
 */
export function createAccountLimits (attempts: Attempts) {
  const may = async (what: Limit, who: string) => await attempts.take(`${what}:${who}`, policies[what])

  /** @throws IDENTITY_PROVIDER_ERR_THROTTLED, which says for how long */
  async function count (what: Limit, who: string | undefined): Promise<void> {
    if (who === undefined || await may(what, who)) return
    throw new errors.IDENTITY_PROVIDER_ERR_THROTTLED({ retryAfterSeconds: await attempts.secondsUntilNext(`${what}:${who}`) })
  }

  async function giveBack (what: Limit, who: string | undefined): Promise<void> {
    if (who !== undefined) await attempts.giveBack(`${what}:${who}`)
  }

  const keyOfKnown = (email: string, network: string) => `known:${email}|${network}`
  const isKnown = async (email: string, network: string | undefined) => network !== undefined && await attempts.isRemembered(keyOfKnown(email, network))

  async function countEmailTo (clientAddress: string | undefined, purpose: CodePurpose, email: string): Promise<void> {
    const network = clientNetwork(clientAddress)
    await count('emailOfAccountFrom', `${purpose}:${pairOf(email, network)}`)
    if (!await isKnown(email, network)) await count('emailOfAccount', `${purpose}:${email}`)
  }

  return {
    /** A try of a password. @param email `null` for what is no address @throws IDENTITY_PROVIDER_ERR_THROTTLED */
    async countPassword (clientAddress: string | undefined, email: string | null): Promise<Rightful> {
      const network = clientNetwork(clientAddress)
      await count('passwordFrom', network)
      if (email === null) return async () => {}
      const pair = pairOf(email, network)
      await count('passwordOfAccountFrom', pair)
      const stranger = await isKnown(email, network) ? undefined : email
      await count('passwordOfAccount', stranger)
      return async () => {
        await giveBack('passwordFrom', network)
        await attempts.clear(`passwordOfAccountFrom:${pair}`)
        await giveBack('passwordOfAccount', stranger)
      }
    },

    /** A try of a code, beside what the code itself takes. @throws IDENTITY_PROVIDER_ERR_THROTTLED */
    async countCode (clientAddress: string | undefined, purpose: CodePurpose, email: string | null): Promise<Rightful> {
      const network = clientNetwork(clientAddress)
      await count('codeFrom', network)
      const stranger = email === null || await isKnown(email, network) ? undefined : `${purpose}:${email}`
      await count('codeOfAccount', stranger)
      return async () => {
        await giveBack('codeFrom', network)
        await giveBack('codeOfAccount', stranger)
      }
    },

    /** @throws IDENTITY_PROVIDER_ERR_THROTTLED */
    countSignUp: async (clientAddress: string | undefined): Promise<void> => { await count('signUpFrom', clientNetwork(clientAddress)) },

    /** Somebody who asks for an email, whoever it goes to. @throws IDENTITY_PROVIDER_ERR_THROTTLED */
    countEmail: async (clientAddress: string | undefined): Promise<void> => { await count('emailFrom', clientNetwork(clientAddress)) },

    /** One more email to an address. @throws IDENTITY_PROVIDER_ERR_THROTTLED */
    countEmailTo,

    /** The same where nobody is told. */
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
     * Says that an email is on its way which a hosted sign-in asked for, by a form that may be sent twice.
     *
     * @param message which one it is of those that are sent to the address
     * @param isAskedAgain whether another one is wanted than the one before
     * @returns what takes it back, where it cannot be sent; `null` where it is on its way already
     */
    async beginEmail (interactionUid: string | null, message: string, email: string, isAskedAgain: boolean): Promise<Rightful | null> {
      if (interactionUid === null) return async () => {}
      const [what, who] = [isAskedAgain ? 'emailAgainOfSignIn' : 'emailOfSignIn', `${interactionUid}:${message}:${email}`] as const
      return await may(what, who) ? async () => { await attempts.clear(`${what}:${who}`) } : null
    },

    /** Whether one more sign-in may be begun at the pages, which keeps a record of it. It counts until it is finished. */
    mayBeginSignIn: async (clientAddress: string | undefined): Promise<boolean> => await may('signInFrom', clientNetwork(clientAddress) ?? 'unknown'),
    finishSignIn: async (clientAddress: string | undefined): Promise<void> => { await giveBack('signInFrom', clientNetwork(clientAddress) ?? 'unknown') },
    /** The same for signing out, which keeps one too. */
    mayBeginSignOut: async (clientAddress: string | undefined): Promise<boolean> => await may('signOutFrom', clientNetwork(clientAddress) ?? 'unknown'),

    /** Forgets the wrong passwords of an account that has got another one. */
    async forgetPasswords (clientAddress: string | undefined, email: string): Promise<void> {
      await attempts.clear(`passwordOfAccountFrom:${pairOf(email, clientNetwork(clientAddress))}`)
      await attempts.clear(`passwordOfAccount:${email}`)
    },

    /** Remembers from where an account was signed in. */
    async remember (clientAddress: string | undefined, email: string): Promise<void> {
      const network = clientNetwork(clientAddress)
      if (network !== undefined && !await isKnown(email, network)) await attempts.remember(keyOfKnown(email, network), KNOWN_MS)
    }
  }
}

/** Those whose address is not known are one client. */
export function pairOf (email: string, network: string | undefined): string {
  return `${email}|${network ?? 'unknown'}`
}

export function clientNetwork (address: string | undefined): string | undefined {
  return address === undefined ? undefined : networkOf(address)
}
