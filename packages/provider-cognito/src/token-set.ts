import type { TokenSet } from '@latchkey/identity-provider'
import { decodeJwt } from 'jose'

/** The tokens that Cognito issues, through the API or the token endpoint. */
export interface IssuedTokens {
  readonly idToken?: string | undefined
  readonly accessToken?: string | undefined
  readonly refreshToken?: string | undefined
}

/**
 * Converts tokens to the contract's form. The expiry times are read from the tokens themselves, because ID and access
 * tokens have separate lifetimes and Cognito's response contains only one of them.
 *
 * @throws if there is no ID token, or it is not a JWT
 */
export function toTokenSet ({ idToken, accessToken, refreshToken }: IssuedTokens): TokenSet {
  if (idToken === undefined) throw new Error('The response contains no ID token: allow the scope openid for the app client')
  return {
    idToken,
    accessToken: accessToken ?? null,
    refreshToken: refreshToken ?? null,
    idTokenExpiresAt: endOf(idToken),
    accessTokenExpiresAt: accessToken === undefined ? null : endOf(accessToken)
  }
}

function endOf (token: string): string | null {
  const { exp } = decodeJwt(token)
  return exp === undefined ? null : new Date(exp * 1000).toISOString()
}
