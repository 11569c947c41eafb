import type { Adapter, AdapterPayload } from 'oidc-provider'
import type { CodeOwner } from './codes.js'

/** The text parameters of a client's authorization request, by name. */
export type SignInRequest = Readonly<Record<string, string>>

/**
 * What was done a moment ago. On a slow network people submit a form twice, and the browser shows only the second
 * response, which must not claim that the first submission failed.
 */
export interface JustDone {
  keepSignIn (interactionUid: string, params: Readonly<Record<string, unknown>>): Promise<void>
  /** The authorization request of a finished sign-in. */
  findSignIn (interactionUid: string): Promise<SignInRequest | undefined>
  keepLink (linkToken: string, owner: CodeOwner): Promise<void>
  /** The owner of a used link. */
  findLink (linkToken: string): Promise<CodeOwner | undefined>
}

const SECONDS = 2 * 60
/** How long the second of two simultaneous submissions waits before it looks for the result of the first. */
export const UNDER_WAY_MS = 500

/** @param recordsOf the OpenID provider's storage, under this module's own names. The id of a used link is as secret as the link */
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
