import type { AuthenticationResultType } from '@aws-sdk/client-cognito-identity-provider'
import type {
  EmailConfirmation, EmailVerification, PasswordChange, PasswordRecovery, PasswordRecoveryConfirmation, PasswordSignIn, PasswordSignUp, ProviderLog, TokenRefresh
} from '@latchkey/identity-provider'
import type { Call } from './call.js'
import { challengeRequired } from './challenge.js'
import type { ResolvedOptions } from './options.js'
import { secretHash } from './secret-hash.js'
import { toTokenSet } from './token-set.js'
import { describeAnswer, isAboutAccount, isUnknownOperation, translateError, type Operation } from './translate-error.js'
import type { UserPoolsApi } from './user-pools-api.js'

export type PasswordAccounts = PasswordSignIn & PasswordSignUp & TokenRefresh & PasswordRecovery & PasswordRecoveryConfirmation & PasswordChange & EmailVerification & EmailConfirmation

interface PasswordAccountsParts {
  readonly options: ResolvedOptions
  readonly api: UserPoolsApi
  readonly call: Call
  readonly log: ProviderLog
  /** The hosted login page; `null` if the profile has none. */
  readonly loginUrl: () => Promise<string | null>
}

/** Accounts with passwords, through the public operations of the user pools API, which need no signed requests. */
export function openPasswordAccounts ({ options: { id, clientId, clientSecret }, api, call, log, loginUrl }: PasswordAccountsParts): PasswordAccounts {
  const hashOf = (username: string | undefined): string | undefined =>
    clientSecret === undefined || username === undefined ? undefined : secretHash(username, { clientId, clientSecret })

  return {
    async signInWithPassword ({ email, password }) {
      return await call('signIn', [password], async signal => toTokens(await signIn(email, password, signal)))
    },

    async signUpWithPassword ({ email, password, firstName, lastName }) {
      return await call('signUp', [password], async signal => {
        const { UserSub: subject } = await (await api.client()).signUp({
          ClientId: clientId,
          SecretHash: hashOf(email),
          Username: email,
          Password: password,
          UserAttributes: Object.entries({ email, given_name: firstName, family_name: lastName })
            .flatMap(([Name, Value]) => Value == null || Value === '' ? [] : [{ Name, Value }])
        }, { abortSignal: signal })
        if (subject === undefined) throw new Error('The response to SignUp contains no UserSub')
        // Cognito says whether the account is confirmed (a Lambda trigger can do that), not whether the email is verified.
        return { subject, emailVerified: false }
      })
    },

    async refreshTokens ({ refreshToken, email }) {
      return await call('refresh', [refreshToken], async signal => {
        const result = await refresh(refreshToken, email, signal)
        // If the app client does not rotate refresh tokens, the same one stays valid.
        return toTokens({ RefreshToken: refreshToken, ...result })
      })
    },

    async forgotPassword ({ email }) {
      await sendQuietly('recover', async signal => await (await api.client()).forgotPassword({ ClientId: clientId, SecretHash: hashOf(email), Username: email }, { abortSignal: signal }))
    },

    async confirmForgottenPassword ({ email, code, newPassword }) {
      await call('confirmRecovery', [code, newPassword], async signal => await (await api.client()).confirmForgotPassword({
        ClientId: clientId,
        SecretHash: hashOf(email),
        Username: email,
        ConfirmationCode: code,
        Password: newPassword
      }, { abortSignal: signal }))
    },

    async changePassword ({ email, oldPassword, newPassword }) {
      const secrets = [oldPassword, newPassword]
      await call('changePassword', secrets, async signal => {
        const { AccessToken } = await signIn(email, oldPassword, signal).catch(error => {
          throw translateError(error, { profileId: id, operation: 'signIn', secrets })
        })
        await (await api.client()).changePassword({ AccessToken, PreviousPassword: oldPassword, ProposedPassword: newPassword }, { abortSignal: signal })
      })
    },

    async resendVerificationEmail ({ email }) {
      await sendQuietly('resend', async signal => await (await api.client()).resendConfirmationCode({ ClientId: clientId, SecretHash: hashOf(email), Username: email }, { abortSignal: signal }))
    },

    async confirmEmail ({ email, code }) {
      await call('confirmEmail', [code], async signal => await (await api.client()).confirmSignUp({
        ClientId: clientId,
        SecretHash: hashOf(email),
        Username: email,
        ConfirmationCode: code
      }, { abortSignal: signal }))
    }
  }

  async function signIn (email: string, password: string, signal: AbortSignal): Promise<AuthenticationResultType> {
    const hash = hashOf(email)
    const { AuthenticationResult, ChallengeName } = await (await api.client()).initiateAuth({
      ClientId: clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: email, PASSWORD: password, ...(hash !== undefined && { SECRET_HASH: hash }) }
    }, { abortSignal: signal })
    if (ChallengeName !== undefined) throw challengeRequired(ChallengeName, await loginUrl())
    if (AuthenticationResult?.AccessToken === undefined) throw new Error('The response to InitiateAuth contains no access token')
    return AuthenticationResult
  }

  /**
   * Uses GetTokensFromRefreshToken, which works with and without rotation and takes the plain client secret. The older
   * REFRESH_TOKEN_AUTH refuses rotation and requires a hash with the user name that Cognito generated, which only the ID token contains.
   */
  async function refresh (refreshToken: string, email: string | undefined, signal: AbortSignal): Promise<AuthenticationResultType> {
    try {
      const { AuthenticationResult } = await (await api.client()).getTokensFromRefreshToken({
        ClientId: clientId, ClientSecret: clientSecret, RefreshToken: refreshToken
      }, { abortSignal: signal })
      return AuthenticationResult ?? {}
    } catch (error) {
      if (!isUnknownOperation(error)) throw error
      return await refreshAtEmulator(refreshToken, email, signal)
    }
  }

  async function refreshAtEmulator (refreshToken: string, email: string | undefined, signal: AbortSignal): Promise<AuthenticationResultType> {
    const hash = hashOf(email)
    const { AuthenticationResult } = await (await api.client()).initiateAuth({
      ClientId: clientId,
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      AuthParameters: { REFRESH_TOKEN: refreshToken, ...(hash !== undefined && { SECRET_HASH: hash }) }
    }, { abortSignal: signal })
    return AuthenticationResult ?? {}
  }

  /** Behaves the same whether or not the address has an account. Only the log says why no email was sent. */
  async function sendQuietly (operation: Operation, send: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    await call(operation, [], async signal => {
      await send(signal).catch(error => {
        if (!isAboutAccount(error)) throw error
        log.info({ profile: id, operation, err: describeAnswer(error, [clientSecret]) }, 'Cognito did not send an email')
      })
    })
  }
}

function toTokens ({ IdToken, AccessToken, RefreshToken }: AuthenticationResultType) {
  return toTokenSet({ idToken: IdToken, accessToken: AccessToken, refreshToken: RefreshToken })
}
