import type { AuthenticationResultType } from '@aws-sdk/client-cognito-identity-provider'
import type {
  EmailConfirmation, EmailVerification, PasswordChange, PasswordRecovery, PasswordRecoveryConfirmation, PasswordSignIn, PasswordSignUp, ProviderLog, TokenRefresh
} from '@latchkey/identity-provider'
import type { Call } from './call.js'
import type { ResolvedOptions } from './options.js'
import { secretHash } from './secret-hash.js'
import { createTokenRequests } from './token-requests.js'
import { toTokenSet } from './token-set.js'
import { describeAnswer, isAboutAccount, translateError, type Operation } from './translate-error.js'
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
export function openPasswordAccounts ({ options, api, call, log, loginUrl }: PasswordAccountsParts): PasswordAccounts {
  const { id, clientId, clientSecret } = options
  const { signIn, refresh } = createTokenRequests(options, api, loginUrl)
  const account = (email: string) => ({ ClientId: clientId, SecretHash: secretHash(email, options), Username: email })

  /** Behaves the same whether or not the address has an account. Only the log says why no email was sent. */
  async function sendQuietly (operation: Operation, send: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    await call(operation, [], async signal => {
      await send(signal).catch(error => {
        if (!isAboutAccount(error)) throw error
        log.info({ profile: id, operation, err: describeAnswer(error, [clientSecret]) }, 'Cognito did not send an email')
      })
    })
  }

  return {
    async signInWithPassword ({ email, password }) {
      return await call('signIn', [password], async signal => toTokens(await signIn(email, password, signal)))
    },

    async signUpWithPassword ({ email, password, firstName, lastName }) {
      return await call('signUp', [password], async signal => {
        const { UserSub: subject } = await (await api.client()).signUp({
          ...account(email),
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
      await sendQuietly('recover', async signal => await (await api.client()).forgotPassword(account(email), { abortSignal: signal }))
    },

    async confirmForgottenPassword ({ email, code, newPassword }) {
      await call('confirmRecovery', [code, newPassword], async signal =>
        await (await api.client()).confirmForgotPassword({ ...account(email), ConfirmationCode: code, Password: newPassword }, { abortSignal: signal }))
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
      await sendQuietly('resend', async signal => await (await api.client()).resendConfirmationCode(account(email), { abortSignal: signal }))
    },

    async confirmEmail ({ email, code }) {
      await call('confirmEmail', [code], async signal =>
        await (await api.client()).confirmSignUp({ ...account(email), ConfirmationCode: code }, { abortSignal: signal }))
    }
  }
}

function toTokens ({ IdToken, AccessToken, RefreshToken }: AuthenticationResultType) {
  return toTokenSet({ idToken: IdToken, accessToken: AccessToken, refreshToken: RefreshToken })
}
