import type { TokenSet } from '@latchkey/identity-provider'
import { decodeJwt } from 'jose'

/** What Cognito hands out, by the API or the token endpoint. */
export interface IssuedTokens {
  readonly idToken?: string | undefined
  readonly accessToken?: string | undefined
  readonly refreshToken?: string | undefined
}

/**
 * The tokens in the contract's form. Their ends are read from the tokens themselves, since Cognito gives
 * ID and access tokens lifetimes of their own and names only one of them.
 *
 * @throws when there is no ID token, or it is no JWT
 */
export function toTokenSet ({ idToken, accessToken, refreshToken }: IssuedTokens): TokenSet {
  if (idToken === undefined) throw new Error('The answer has no ID token; the app client must allow the scope openid')
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
