import type { AuthenticationResultType, AuthFlowType } from '@aws-sdk/client-cognito-identity-provider'
import { challengeRequired } from './challenge.js'
import type { ResolvedOptions } from './options.js'
import { secretHash } from './secret-hash.js'
import { isUnknownOperation } from './translate-error.js'
import type { UserPoolsApi } from './user-pools-api.js'

/** The requests that return tokens. @param loginUrl the hosted login page; `null` if the profile has none */
export function createTokenRequests (options: ResolvedOptions, api: UserPoolsApi, loginUrl: () => Promise<string | null>) {
  const { clientId, clientSecret } = options

  async function initiateAuth (flow: AuthFlowType, parameters: Record<string, string>, email: string | undefined, signal: AbortSignal) {
    const hash = secretHash(email, options)
    return await (await api.client()).initiateAuth({
      ClientId: clientId,
      AuthFlow: flow,
      AuthParameters: { ...parameters, ...(hash !== undefined && { SECRET_HASH: hash }) }
    }, { abortSignal: signal })
  }

  return {
    async signIn (email: string, password: string, signal: AbortSignal): Promise<AuthenticationResultType> {
      const { AuthenticationResult, ChallengeName } = await initiateAuth('USER_PASSWORD_AUTH', { USERNAME: email, PASSWORD: password }, email, signal)
      if (ChallengeName !== undefined) throw challengeRequired(ChallengeName, await loginUrl())
      if (AuthenticationResult?.AccessToken === undefined) throw new Error('The response to InitiateAuth contains no access token')
      return AuthenticationResult
    },

    /**
     * Uses GetTokensFromRefreshToken, which works with and without rotation and takes the plain client secret. The older
     * REFRESH_TOKEN_AUTH refuses rotation and requires a hash with the user name that Cognito generated, which only the ID
     * token contains. It is for emulators, which lack the newer operation.
     */
    async refresh (refreshToken: string, email: string | undefined, signal: AbortSignal): Promise<AuthenticationResultType> {
      try {
        const { AuthenticationResult } = await (await api.client()).getTokensFromRefreshToken({
          ClientId: clientId, ClientSecret: clientSecret, RefreshToken: refreshToken
        }, { abortSignal: signal })
        return AuthenticationResult ?? {}
      } catch (error) {
        if (!isUnknownOperation(error)) throw error
        const { AuthenticationResult } = await initiateAuth('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: refreshToken }, email, signal)
        return AuthenticationResult ?? {}
      }
    }
  }
}
