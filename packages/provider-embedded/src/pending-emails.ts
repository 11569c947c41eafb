import type { Adapter } from 'oidc-provider'

/** The address that was typed in at a step of a hosted sign-in, for its next step. */
export interface PendingEmails {
  keep (interactionUid: string, email: string): Promise<void>
  find (interactionUid: string): Promise<string | undefined>
  remove (interactionUid: string): Promise<void>
}

const SECONDS = 60 * 60

/** @param records where the OpenID provider keeps its own records, under a name of this one's */
export function createPendingEmails (records: Adapter): PendingEmails {
  return {
    keep: async (uid, email) => { await records.upsert(uid, { loginHint: email }, SECONDS) },
    async find (uid) {
      const found = await records.find(uid)
      return typeof found?.loginHint === 'string' ? found.loginHint : undefined
    },
    remove: async uid => { await records.destroy(uid) }
  }
}
