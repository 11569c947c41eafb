import type { TokenSet } from '@latchkey/identity-provider'
import type { TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client'

/**
 * What a token endpoint answered, in the contract's form.
 *
 * @throws when there is no ID token in it
 */
export function toTokenSet (answer: TokenEndpointResponse & TokenEndpointResponseHelpers): TokenSet {
  const claims = answer.claims()
  if (answer.id_token === undefined || claims === undefined) throw new Error('The provider gave no ID token: let it give the client the scope openid')
  const expiresIn = answer.expiresIn()
  return {
    idToken: answer.id_token,
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? null,
    idTokenExpiresAt: new Date(claims.exp * 1000).toISOString(),
    accessTokenExpiresAt: expiresIn === undefined ? null : new Date(Date.now() + expiresIn * 1000).toISOString()
  }
}
