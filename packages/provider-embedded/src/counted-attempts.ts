import { errors } from '@latchkey/identity-provider'
import type { AttemptPolicy, Attempts } from './attempts.js'

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 60 * 60_000, 24 * 60 * 60_000]

/**
 * - `…From` limits one client network, which may be a whole office.
 * - `…OfAccountFrom` limits what one network does to one account.
 * - `…OfAccount` limits what all networks together do to one account in a day, and is too high for a single network to reach.
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
  // No one reads an email and asks for it again sooner than this. The wait is shorter for the resend button: whoever presses it has seen that an email was sent.
  emailOfSignIn: { free: 1, firstDelayMs: 10 * SECOND, maxDelayMs: 10 * SECOND, windowMs: 10 * SECOND },
  emailAgainOfSignIn: { free: 1, firstDelayMs: 3 * SECOND, maxDelayMs: 3 * SECOND, windowMs: 3 * SECOND }
} as const satisfies Record<string, AttemptPolicy>

type Limit = keyof typeof policies

/** Counts attempts towards the limits. What belongs to nobody (`undefined`) is neither counted nor limited. */
export function createCountedAttempts (attempts: Attempts) {
  const take = async (what: Limit, who: string) => await attempts.take(`${what}:${who}`, policies[what])

  const throttled = async (what: Limit, who: string) => new errors.IDENTITY_PROVIDER_ERR_THROTTLED({ retryAfterSeconds: await attempts.secondsUntilNext(`${what}:${who}`) })

  return {
    /** Counts an attempt. @returns whether it may be made */
    take,

    /** @throws IDENTITY_PROVIDER_ERR_THROTTLED saying how long to wait */
    async count (what: Limit, who: string | undefined): Promise<void> {
      if (who !== undefined && !await take(what, who)) throw await throttled(what, who)
    },

    /** Refuses what has to wait for one account, before the limit of the whole network counts it: it must not make everyone in an office wait. */
    async requireNoWait (what: Limit, who: string | undefined): Promise<void> {
      if (who !== undefined && await attempts.mustWait(`${what}:${who}`)) throw await throttled(what, who)
    },

    async giveBack (what: Limit, who: string | undefined): Promise<void> {
      if (who !== undefined) await attempts.giveBack(`${what}:${who}`)
    },

    async forget (what: Limit, who: string): Promise<void> {
      await attempts.clear(`${what}:${who}`)
    }
  }
}
