import type { TokenSet } from '@latchkey/identity-provider'
import type { TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client'

/**
 * Converts the response of a token endpoint to the contract's form.
 *
 * @throws if it contains no ID token
 */
export function toTokenSet (answer: TokenEndpointResponse & TokenEndpointResponseHelpers): TokenSet {
  const claims = answer.claims()
  if (answer.id_token === undefined || claims === undefined) throw new Error('The response contains no ID token: allow the scope openid for the client at the provider')
  const expiresIn = answer.expiresIn()
  return {
    idToken: answer.id_token,
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? null,
    idTokenExpiresAt: new Date(claims.exp * 1000).toISOString(),
    accessTokenExpiresAt: expiresIn === undefined ? null : new Date(Date.now() + expiresIn * 1000).toISOString()
  }
}
