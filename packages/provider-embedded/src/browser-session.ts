import type { Tables } from '@latchkey/database'
import type { Kysely } from 'kysely'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'
import { revokeGrant } from './records.js'

/**
 * Signs a browser out without asking: ends its session with all tokens issued from it, and clears the cookie.
 *
 * @param db where the session is stored
 * @param request as seen from outside (see `seenFromOutside`)
 */
export async function endBrowserSession (db: Kysely<Tables>, provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const context = provider.createContext(request, response)
  const session = await provider.Session.get(context)
  if (session.accountId === undefined) return
  for (const { grantId } of Object.values(session.authorizations ?? {})) if (grantId !== undefined) await revokeGrant(db, grantId)
  await session.destroy()
  context.cookies.set(provider.cookieName('session'), null, { signed: true, overwrite: true, httpOnly: true, sameSite: 'lax' })
}
