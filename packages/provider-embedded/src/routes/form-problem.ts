import { errors } from '@latchkey/identity-provider'
import type { Problem } from '../pages/layout.js'

/** What a form says when it is shown again, and the response's status. */
export interface Refusal extends Problem {
  readonly status: number
  /** When to try again; also sent as `Retry-After`. */
  readonly retryAfterSeconds?: number | undefined
}

const problems: Readonly<Record<string, Problem>> = {
  IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS: { summary: 'Incorrect email or password.' },
  IDENTITY_PROVIDER_ERR_UNAVAILABLE: { summary: 'We can’t send emails right now. Try again later.' },
  IDENTITY_PROVIDER_ERR_INVALID_CODE: {
    // The link in the same email uses up the code, perhaps on another device.
    summary: 'That code doesn’t work. Check it, or request a new one. If you’ve used the link in the email, go back to sign in.',
    fields: { code: 'The code is wrong, has expired or was already used' }
  },
  USERS_STORE_ERR_INVALID_EMAIL: { summary: 'Please check what you entered:', fields: { email: 'Enter an email address like name@example.com' } }
}

/**
 * What a form says about an error that the person can fix. Other errors are rethrown.
 *
 * @param passwordField the form's field for the password, which a weak one is reported at
 */
export function problemOf (error: unknown, passwordField = 'password'): Refusal {
  const { code, statusCode, message } = error as { code?: string, statusCode?: number, message: string }
  if (code === 'IDENTITY_PROVIDER_ERR_WEAK_PASSWORD') return { status: 400, summary: 'Please choose a different password:', fields: { [passwordField]: message } }
  if (error instanceof errors.IDENTITY_PROVIDER_ERR_THROTTLED) {
    const { retryAfterSeconds } = error
    return { status: 429, retryAfterSeconds, summary: `Too many attempts. Try again ${retryAfterSeconds === undefined ? 'later' : inWords(retryAfterSeconds)}.` }
  }
  const problem = problems[code ?? '']
  if (problem === undefined) throw error
  return { status: statusCode ?? 400, ...problem }
}

/** Rounds up, so that nobody tries again too early. */
function inWords (seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  if (seconds <= 10) return 'in a few seconds'
  if (minutes > 90) return `in ${Math.ceil(minutes / 60)} hours`
  if (minutes === 60) return 'in an hour'
  return minutes === 1 ? 'in a minute' : `in ${minutes} minutes`
}
