import { errors } from '@latchkey/identity-provider'
import type { Problem } from '../pages/layout.js'

/** What a form that is shown again says, and how it is answered. */
export interface Refusal extends Problem {
  readonly status: number
  /** When to try again, which a header says too. */
  readonly retryAfterSeconds?: number | undefined
}

const problems: Readonly<Record<string, Problem>> = {
  IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS: { summary: 'Incorrect email or password.' },
  IDENTITY_PROVIDER_ERR_UNAVAILABLE: { summary: 'We cannot send emails at the moment. Try again later.' },
  IDENTITY_PROVIDER_ERR_INVALID_CODE: {
    summary: 'That code does not work: check it, or ask for a new one.',
    fields: { code: 'The code is wrong, has expired or was used before' }
  },
  USERS_STORE_ERR_INVALID_EMAIL: { summary: 'Please check what you typed in:', fields: { email: 'Enter an email address, such as name@example.com' } }
}

/**
 * What a form says about an error that its sender can do something about; others are thrown on.
 *
 * @param passwordField the form's field that a weak password was typed into
 */
export function problemOf (error: unknown, passwordField = 'password'): Refusal {
  const { code, statusCode, message } = error as { code?: string, statusCode?: number, message: string }
  if (code === 'IDENTITY_PROVIDER_ERR_WEAK_PASSWORD') return { status: 400, summary: 'Please choose another password:', fields: { [passwordField]: message } }
  if (error instanceof errors.IDENTITY_PROVIDER_ERR_THROTTLED) {
    const { retryAfterSeconds } = error
    return { status: 429, retryAfterSeconds, summary: `Too many tries. Try again ${retryAfterSeconds === undefined ? 'in a while' : inWords(retryAfterSeconds)}.` }
  }
  const problem = problems[code ?? '']
  if (problem === undefined) throw error
  return { status: statusCode ?? 400, ...problem }
}

/** Never sooner than it is. */
function inWords (seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  if (seconds <= 10) return 'in a few seconds'
  return minutes === 1 ? 'in a minute' : `in ${minutes} minutes`
}
