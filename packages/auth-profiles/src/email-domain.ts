import { normalizeEmail } from '@latchkey/users-store'

/** The domain of a normalized email. */
export function domainOf (email: string): string {
  return email.slice(email.lastIndexOf('@') + 1)
}

/** Normalizes a domain of a sign-up policy as in normalized emails, so that they can be compared exactly; `null` if it is not a domain. */
export function normalizeDomain (domain: string): string | null {
  try {
    return domainOf(normalizeEmail(`somebody@${domain}`))
  } catch {
    return null
  }
}
