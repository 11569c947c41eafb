import { graphql } from '../graphql'
import { claimsOf } from '../session/claims'
import { accountOf, currentSession, type SecondAccount } from '../session/session'
import { ask } from './ask'

const IdentityLinkDocument = graphql(`
  mutation IdentityLink($idToken: String!) {
    userIdentityLink(data: { idToken: $idToken }) { id }
  }
`)

/** How an attempt to link an account ended, to be shown on the page where it was started. */
export interface LinkOutcome {
  readonly profileName: string
  /** The email of the account, or null if the user didn't sign in to one. */
  readonly email: string | null
  /** Why the account was not linked, or null if it was. */
  readonly error: Error | null
}

/** The user has signed in to the account of the session once more. */
export class SameAccountError extends Error {}

let latest: LinkOutcome | null = null

/** Links an account to the user of the session. Errors are part of the outcome. */
export async function linkAccount ({ profile, idToken }: SecondAccount): Promise<void> {
  let email: string | null = null
  try {
    const token = await idToken()
    email = claimsOf(token).email ?? null
    const session = currentSession()
    if (session !== null && accountOf(session) === accountOf({ idToken: token })) throw new SameAccountError()
    await ask(IdentityLinkDocument, { idToken: token })
    latest = { profileName: profile.name, email, error: null }
  } catch (error) {
    latest = { profileName: profile.name, email, error: error as Error }
  }
}

/** The outcome that has not been shown yet. */
export function linkOutcome (): LinkOutcome | null {
  return latest
}

export function forgetLinkOutcome (): void {
  latest = null
}
