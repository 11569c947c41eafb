import { assertRedirectAllowed, errors, type CodeExchange, type Fetch, type PasswordSignIn, type TokenRefresh, type TokenSet } from '@latchkey/identity-provider'
import * as client from 'openid-client'
import type { Call } from './call.js'
import type { ResolvedOptions } from './options.js'

type Tokens = client.TokenEndpointResponse & client.TokenEndpointResponseHelpers

/** Requests to `/oauth/token`. openid-client checks the issuer, audience and times of each ID token in a response. */
export function openTokenEndpoint (options: ResolvedOptions, call: Call, fetch: Fetch): PasswordSignIn & TokenRefresh & CodeExchange {
  const { id, connection, scope, callbackUrls } = options
  const configuration = configureClient(options, fetch)

  return {
    async signInWithPassword ({ email, password }) {
      return await call('signIn', [password], async () => toTokenSet(
        await client.genericGrantRequest(configuration, 'http://auth0.com/oauth/grant-type/password-realm', { username: email, password, realm: connection, scope })
      ))
    },

    async refreshTokens ({ refreshToken }) {
      return await call('refresh', [refreshToken], async () => {
        const tokens = toTokenSet(await client.refreshTokenGrant(configuration, refreshToken))
        // If the application does not rotate refresh tokens, the same one stays valid.
        return { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken }
      })
    },

    async exchangeCode ({ code, redirectUri = callbackUrls?.[0], codeVerifier, nonce }) {
      if (redirectUri === undefined) {
        throw new errors.IDENTITY_PROVIDER_ERR_UNSUPPORTED(id, 'auth0', 'exchanging a code without redirectUri. Send the redirect URI of the login, or configure callbackUrls')
      }
      assertRedirectAllowed(id, redirectUri, callbackUrls)
      return await call('exchangeCode', [code, codeVerifier], async () => {
        // Not `authorizationCodeGrant`: it takes the redirect URI from a parsed URL, but Auth0 compares it exactly.
        const tokens = await client.genericGrantRequest(configuration, 'authorization_code', {
          code, redirect_uri: redirectUri, ...(codeVerifier !== undefined && { code_verifier: codeVerifier })
        })
        // The code belongs to another login (OpenID Connect Core §3.1.3.7 item 11).
        if (nonce !== undefined && tokens.claims()?.nonce !== nonce) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE()
        return toTokenSet(tokens)
      })
    }
  }
}

function configureClient ({ issuer, clientId, clientSecret }: ResolvedOptions, fetch: Fetch): client.Configuration {
  const authentication = clientSecret === undefined ? client.None() : client.ClientSecretPost(clientSecret)
  const configuration = new client.Configuration({ issuer, token_endpoint: `${issuer}oauth/token` }, clientId, undefined, authentication)
  configuration[client.customFetch] = fetch as client.CustomFetch
  // The options allow http only for loopback addresses.
  if (issuer.startsWith('http:')) client.allowInsecureRequests(configuration)
  return configuration
}

/** @throws if there is no ID token */
function toTokenSet (tokens: Tokens): TokenSet {
  const claims = tokens.claims()
  if (tokens.id_token === undefined || claims === undefined) throw new Error('The response contains no ID token: the scope must contain openid')
  const expiresIn = tokens.expiresIn()
  return {
    idToken: tokens.id_token,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token ?? null,
    idTokenExpiresAt: new Date(claims.exp * 1000).toISOString(),
    // Auth0's access tokens may be opaque, so the expiry time comes from the response.
    accessTokenExpiresAt: expiresIn === undefined ? null : new Date(Date.now() + expiresIn * 1000).toISOString()
  }
}
