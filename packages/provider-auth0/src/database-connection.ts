import type { Fetch, PasswordRecovery, PasswordSignUp } from '@latchkey/identity-provider'
import type { Call } from './call.js'
import type { ResolvedOptions } from './options.js'
import { isAboutEmail, RefusedRequest } from './translate-error.js'

/** The accounts of a database connection (`/dbconnections` in the Authentication API reference). */
export function openDatabaseConnection ({ issuer, clientId, connection }: ResolvedOptions, call: Call, fetch: Fetch): PasswordSignUp & PasswordRecovery {
  return {
    async signUpWithPassword ({ email, password, firstName, lastName }) {
      return await call('signUp', [password], async () => {
        const answer = await post('signup', { email, password, given_name: firstName || undefined, family_name: lastName || undefined })
        return toAccount(JSON.parse(answer))
      })
    },

    async forgotPassword ({ email }) {
      await call('recover', [], async () => {
        // Auth0 responds with one line of plain text, also for unknown addresses. It refuses only invalid addresses.
        const answer = await post('change_password', { email }).catch(error => { if (!isAboutEmail(error)) throw error })
        if (answer?.trimStart().startsWith('<') === true) throw new Error('The response is an HTML page: a proxy or portal intercepts requests to Auth0')
      })
    }
  }

  /** @throws RefusedRequest with Auth0's response */
  async function post (action: string, body: Record<string, unknown>): Promise<string> {
    const response = await fetch(`${issuer}dbconnections/${action}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ client_id: clientId, connection, ...body })
    })
    if (response.ok) return await response.text()
    throw new RefusedRequest(response.status, await response.json().catch(() => null))
  }
}

/** The account's id has one of three names. It lacks the prefix of the connection's strategy that `sub` has in tokens. */
function toAccount (answer: unknown): { subject: string, emailVerified: boolean } {
  const { _id: id, user_id: userId, id: otherId, email_verified: emailVerified } = answer as Record<string, unknown>
  const given = id ?? userId ?? otherId
  if (typeof given !== 'string' || given === '') throw new Error('The response to the sign-up contains no account id')
  return { subject: given.includes('|') ? given : `auth0|${given}`, emailVerified: emailVerified === true }
}
