import { normalizeEmail } from '@latchkey/users-store'

/** The domain of a normalised email. */
export function domainOf (email: string): string {
  return email.slice(email.lastIndexOf('@') + 1)
}

/** A domain of a sign-up policy in the form that normalised emails have, so that comparing is exact; `null` for what is no domain. */
export function normalizeDomain (domain: string): string | null {
  try {
    return domainOf(normalizeEmail(`somebody@${domain}`))
  } catch {
    return null
  }
}
