import type { Adapter } from 'oidc-provider'
import type { Names } from './accounts.js'

/** What was typed in at a step of a hosted sign-in, for its next step. */
export interface Pending {
  readonly email: string
  /** The password that was typed in with the address, at sign-up or sign-in: whoever types in the code of the email gets it. */
  readonly chosen?: ChosenPassword | undefined
}

export interface ChosenPassword {
  readonly passwordHash: string
  /** Where somebody signed up. */
  readonly names?: Names | undefined
}

export interface PendingEmails {
  /** Replaces what was kept before. */
  keep (interactionUid: string, pending: Pending): Promise<void>
  find (interactionUid: string): Promise<Pending | undefined>
  remove (interactionUid: string): Promise<void>
}

const SECONDS = 60 * 60

/** @param records where the OpenID provider keeps its own records, under a name of this one's */
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
