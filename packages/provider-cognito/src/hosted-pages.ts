import { assertRedirectAllowed, createGuardedFetch, errors, type CodeExchange, type HostedPages } from '@latchkey/identity-provider'
import * as client from 'openid-client'
import type { Call } from './call.js'
import type { ResolvedOptions } from './options.js'
import { toTokenSet } from './token-set.js'

/** The pages and endpoints on a user pool's domain ("User pool endpoints and managed login reference" in the developer guide). */
export function openHostedPages (options: ResolvedOptions & { domain: string }, call: Call): HostedPages & CodeExchange {
  const { id, domain, clientId, scope, callbackUrls, logoutUrls } = options
  const configuration = configureClient(options)

  return {
    async loginUrl ({ redirectUri, state, nonce, codeChallenge, loginHint } = {}) {
      assertRedirectAllowed(id, redirectUri, callbackUrls)
      return withParameters(`${domain}/oauth2/authorize`, {
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

    async logoutUrl ({ redirectUri, state } = {}) {
      assertRedirectAllowed(id, redirectUri, logoutUrls)
      return withParameters(`${domain}/logout`, { client_id: clientId, logout_uri: redirectUri, state })
    },

    async exchangeCode ({ code, redirectUri = callbackUrls?.[0], codeVerifier, nonce }) {
      if (redirectUri === undefined) {
        throw new errors.IDENTITY_PROVIDER_ERR_UNSUPPORTED(id, 'cognito', 'exchanging a code without redirectUri. Send the redirect URI of the login, or configure callbackUrls')
      }
      assertRedirectAllowed(id, redirectUri, callbackUrls)
      return await call('exchangeCode', [code, codeVerifier], async () => {
        // Not `authorizationCodeGrant`: it takes the redirect URI from a parsed URL, but Cognito compares it exactly.
        const tokens = await client.genericGrantRequest(configuration, 'authorization_code', defined({ code, redirect_uri: redirectUri, code_verifier: codeVerifier }))
        // The code belongs to another login (OpenID Connect Core §3.1.3.7 item 11).
        if (nonce !== undefined && tokens.claims()?.nonce !== nonce) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE()
        return toTokenSet({ idToken: tokens.id_token, accessToken: tokens.access_token, refreshToken: tokens.refresh_token })
      })
    }
  }
}

function configureClient ({ domain, issuer, clientId, clientSecret, timeoutMs }: ResolvedOptions & { domain: string }): client.Configuration {
  const authentication = clientSecret === undefined ? client.None() : client.ClientSecretBasic(clientSecret)
  const configuration = new client.Configuration({ issuer, token_endpoint: `${domain}/oauth2/token` }, clientId, undefined, authentication)
  // The call enforces the timeout too; this one closes the connection.
  configuration[client.customFetch] = createGuardedFetch(timeoutMs) as client.CustomFetch
  // The options allow http only for loopback addresses.
  if (domain.startsWith('http:')) client.allowInsecureRequests(configuration)
  return configuration
}

function withParameters (base: string, parameters: Record<string, string | undefined>): string {
  return `${base}?${new URLSearchParams(defined(parameters)).toString()}`
}

function defined (parameters: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
