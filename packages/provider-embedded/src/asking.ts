import { normalizeEmail } from '@latchkey/users-store'
import type { CodeOrigin } from './codes.js'

/** Who is asking: the profile, the hosted sign-in if there is one, and the client's address if it is known. */
export interface Asking extends CodeOrigin {
  readonly profileId: string
  readonly brandName: string
  readonly clientAddress?: string | undefined
  /** Whether another email was asked for explicitly. Otherwise a form that is submitted twice sends only one. */
  readonly isAskedAgain?: boolean
}

/** `null` for an invalid email address, which is then treated like an unknown one. */
export function normalizedOrNull (email: string): string | null {
  try {
    return normalizeEmail(email)
  } catch {
    return null
  }
}
