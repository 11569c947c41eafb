import type { Adapter } from 'oidc-provider'
import type { Names } from './accounts.js'

/** What was entered at one step of a hosted sign-in, kept for the next step. */
export interface Pending {
  readonly email: string
  /** The password entered with the address at sign-up or sign-in. Entering the emailed code makes it the account's password. */
  readonly chosen?: ChosenPassword | undefined
}

export interface ChosenPassword {
  readonly passwordHash: string
  /** Present after a sign-up. */
  readonly names?: Names | undefined
}

export interface PendingEmails {
  /** Replaces what was kept before. */
  keep (interactionUid: string, pending: Pending): Promise<void>
  find (interactionUid: string): Promise<Pending | undefined>
  remove (interactionUid: string): Promise<void>
}

const SECONDS = 60 * 60

/** @param records the OpenID provider's storage, under this module's own name */
export function createPendingEmails (records: Adapter): PendingEmails {
  return {
    keep: async (uid, { email, chosen }) => { await records.upsert(uid, { loginHint: email, ...(chosen === undefined ? {} : { params: { chosen } }) }, SECONDS) },
    async find (uid) {
      const found = await records.find(uid)
      if (typeof found?.loginHint !== 'string') return undefined
      return { email: found.loginHint, chosen: found.params?.chosen as ChosenPassword | undefined }
    },
    remove: async uid => { await records.destroy(uid) }
  }
}
