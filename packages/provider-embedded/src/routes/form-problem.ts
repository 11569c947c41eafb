import type { Problem } from '../pages/layout.js'

const problems: Readonly<Record<string, Problem>> = {
  IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS: { summary: 'Incorrect email or password.' },
  IDENTITY_PROVIDER_ERR_THROTTLED: { summary: 'Too many tries. Wait a little, and try again.' },
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
export function problemOf (error: unknown, passwordField = 'password'): Problem & { status: number } {
  const { code, statusCode, message } = error as { code?: string, statusCode?: number, message: string }
  if (code === 'IDENTITY_PROVIDER_ERR_WEAK_PASSWORD') return { status: 400, summary: 'Please choose another password:', fields: { [passwordField]: message } }
  const problem = problems[code ?? '']
  if (problem === undefined) throw error
  return { status: statusCode ?? 400, ...problem }
}
