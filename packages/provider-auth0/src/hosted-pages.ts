import { assertRedirectAllowed, type HostedPages } from '@latchkey/identity-provider'
import type { ResolvedOptions } from './options.js'

/** Universal Login and the logout page (`/authorize` and `/v2/logout` in the Authentication API reference). */
export function openHostedPages ({ id, issuer, clientId, scope, callbackUrls, logoutUrls }: ResolvedOptions): HostedPages {
  return {
    async loginUrl ({ redirectUri, state, nonce, codeChallenge, loginHint } = {}) {
      assertRedirectAllowed(id, redirectUri, callbackUrls)
      return withParameters(`${issuer}authorize`, {
        response_type: 'code',
        client_id: clientId,
        scope,
        redirect_uri: redirectUri,
        state,
        nonce,
        code_challenge: codeChallenge,
        code_challenge_method: codeChallenge === undefined ? undefined : 'S256',
        login_hint: loginHint
      })
    },

    // This page accepts neither an ID token nor a state.
    async logoutUrl ({ redirectUri } = {}) {
      assertRedirectAllowed(id, redirectUri, logoutUrls)
      return withParameters(`${issuer}v2/logout`, { client_id: clientId, returnTo: redirectUri })
    }
  }
}

function withParameters (base: string, parameters: Record<string, string | undefined>): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return `${base}?${new URLSearchParams(given).toString()}`
}
