import { errors, type TokenSet } from '@latchkey/identity-provider'
import { decodeJwt } from 'jose'
import { inject } from 'light-my-request'
import type { Provider } from 'oidc-provider'
import { claimsOf, SCOPES } from './account-claims.js'
import type { Account } from './accounts.js'
import { AWAY_SECONDS } from './database-failure.js'
import type { Profile } from './profiles.js'

/** An OpenID provider with its request handler. */
export interface RunningProvider {
  readonly provider: Provider
  readonly handle: ReturnType<Provider['callback']>
}

export interface Tokens {
  /** Tokens for someone who has authenticated, with a grant of their own, as for a sign-in at the hosted page. */
  issue (profile: Profile, account: Account): Promise<TokenSet>
  /** @throws IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED, _UNAVAILABLE */
  refresh (profile: Profile, refreshToken: string): Promise<TokenSet>
  /** @throws IDENTITY_PROVIDER_ERR_INVALID_CODE, _UNAVAILABLE */
  exchange (profile: Profile, request: { code: string, redirectUri: string, codeVerifier?: string | undefined, nonce?: string | undefined }): Promise<TokenSet>
  /** The grant of a refresh token, or `null` if the token is invalid or another account's. */
  grantOf (accountId: string, refreshToken: string | undefined): Promise<string | null>
}

/**
 * Tokens for the adapter's methods. They use the same models and token endpoint as the hosted pages, so that rotation,
 * reuse detection and revocation work the same way.
 *
 * @param current the OpenID provider with the current keys
 */
export function createTokens (current: () => RunningProvider): Tokens {
  /** Calls the token endpoint (RFC 6749 §3.2) without the network. */
  async function ask (profile: Profile, grantError: () => Error, parameters: Record<string, string>): Promise<TokenSet> {
    const response = await inject(current().handle, {
      method: 'POST',
      url: '/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ client_id: profile.clientId, ...parameters }).toString()
    })
    const body = response.json<Record<string, unknown>>()
    if (body.error === 'invalid_grant') throw grantError()
    if (response.statusCode !== 200) {
      const cause = new Error(`The token endpoint answered ${String(body.error)}`)
      throw new errors.IDENTITY_PROVIDER_ERR_UNAVAILABLE(profile.id, { cause, retryAfterSeconds: response.statusCode === 503 ? AWAY_SECONDS : undefined })
    }
    return tokenSet({
      idToken: String(body.id_token),
      accessToken: String(body.access_token),
      refreshToken: typeof body.refresh_token === 'string' ? body.refresh_token : null,
      accessTokenSeconds: Number(body.expires_in)
    })
  }

  return {
    async issue (profile, account) {
      const { provider } = current()
      const client = await provider.Client.find(profile.clientId)
      if (client === undefined) throw new errors.IDENTITY_PROVIDER_ERR_UNAVAILABLE(profile.id)
      const accountId = account.id
      const authTime = Math.floor(Date.now() / 1000)
      const grant = new provider.Grant({ accountId, clientId: client.clientId })
      grant.addOIDCScope(SCOPES)
      const grantId = await grant.save()
      const common = { accountId, client, grantId, gty: 'password', scope: SCOPES, claims: { id_token: { auth_time: { essential: true } } }, expiresWithSession: false }
      const access = new provider.AccessToken(common)
      const accessToken = await access.save()
      const refreshToken = await new provider.RefreshToken({ ...common, authTime, rotations: 0 }).save()
      const idToken = new provider.IdToken({}, { client })
      const claims = { ...await claimsOf(account), auth_time: authTime, at_hash: accessToken }
      for (const [name, value] of Object.entries(claims)) idToken.set(name, value)
      return tokenSet({ idToken: await idToken.issue({ use: 'idtoken' }), accessToken, refreshToken, accessTokenSeconds: access.expiration })
    },

    refresh: async (profile, refreshToken) => await ask(profile, () => new errors.IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED(), {
      grant_type: 'refresh_token',
      refresh_token: refreshToken
    }),

    async exchange (profile, { code, redirectUri, codeVerifier, nonce }) {
      const invalid = () => new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE()
      // A missing verifier gets the same error as a wrong one.
      if (codeVerifier === undefined) throw invalid()
      const tokens = await ask(profile, invalid, { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: codeVerifier })
      if (nonce !== undefined && decodeJwt(tokens.idToken).nonce !== nonce) throw invalid()
      return tokens
    },

    async grantOf (accountId, refreshToken) {
      if (refreshToken === undefined) return null
      const token = await current().provider.RefreshToken.find(refreshToken)
      return token?.isValid === true && token.accountId === accountId ? token.grantId ?? null : null
    }
  }
}

function tokenSet ({ idToken, accessToken, refreshToken, accessTokenSeconds }: { idToken: string, accessToken: string, refreshToken: string | null, accessTokenSeconds: number }): TokenSet {
  return {
    idToken,
    accessToken,
    refreshToken,
    idTokenExpiresAt: new Date(Number(decodeJwt(idToken).exp) * 1000).toISOString(),
    accessTokenExpiresAt: new Date(Date.now() + accessTokenSeconds * 1000).toISOString()
  }
}
