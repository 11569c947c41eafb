import { normalizeEmail } from '@latchkey/users-store'
import { AUTH_PROFILES_ERR_INVALID_OPTIONS } from './errors.js'

/** The domain of a normalised email. */
export function domainOf (email: string): string {
  return email.slice(email.lastIndexOf('@') + 1)
}

/**
 * A domain of a sign-up policy in the form that normalised emails have, so that comparing is exact.
 *
 * @throws AUTH_PROFILES_ERR_INVALID_OPTIONS when it is no domain
 */
export function normalizeDomain (domain: string): string {
  try {
    return domainOf(normalizeEmail(`somebody@${domain}`))
  } catch {
    throw new AUTH_PROFILES_ERR_INVALID_OPTIONS(`selfSignUp.emailDomains: "${domain}" is no domain; write it as in example.com, without @`)
  }
}
