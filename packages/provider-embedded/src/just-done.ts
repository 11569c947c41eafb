import type { Adapter, AdapterPayload } from 'oidc-provider'
import type { CodeOwner } from './codes.js'

/** Text that a client asked for a sign-in with, by its name. */
export type SignInRequest = Readonly<Record<string, string>>

/**
 * What was done a moment ago. On a slow network people send a form twice, and the browser shows the second answer alone:
 * it must not say that the first one has failed.
 */
export interface JustDone {
  keepSignIn (interactionUid: string, params: Readonly<Record<string, unknown>>): Promise<void>
  /** What a sign-in that was finished had been asked for with. */
  findSignIn (interactionUid: string): Promise<SignInRequest | undefined>
  keepLink (linkToken: string, owner: CodeOwner): Promise<void>
  /** Whose a link was that was used. */
  findLink (linkToken: string): Promise<CodeOwner | undefined>
}

const SECONDS = 2 * 60
/** What one of two forms that were sent at once has begun, the other one looks for after so long. */
export const UNDER_WAY_MS = 500

/** @param recordsOf where the OpenID provider keeps its own records, under names of this one's; a used link's is as secret as a link */
export function createJustDone (recordsOf: (model: 'FinishedSignIn' | 'UsedLink') => Adapter): JustDone {
  const [signIns, links] = [recordsOf('FinishedSignIn'), recordsOf('UsedLink')]
  const keep = async (records: Adapter, id: string, params: AdapterPayload['params']) => {
    await records.upsert(id, { params, exp: Math.floor(Date.now() / 1000) + SECONDS }, SECONDS)
  }
  const find = async (records: Adapter, id: string) => {
    const found = await records.find(id)
    return found === undefined || (found.exp ?? 0) * 1000 < Date.now() ? undefined : found.params as unknown
  }
  return {
    keepSignIn: async (uid, params) => { await keep(signIns, uid, Object.fromEntries(Object.entries(params).filter(([, value]) => typeof value === 'string'))) },
    findSignIn: async uid => await find(signIns, uid) as SignInRequest | undefined,
    keepLink: async (token, owner) => { await keep(links, token, { ...owner }) },
    findLink: async token => await find(links, token) as CodeOwner | undefined
  }
}
