import { errors, type ProviderLog } from '@latchkey/identity-provider'
import { SCOPES } from './account-claims.js'
import type { AccountActions } from './account-actions.js'
import type { Asking } from './asking.js'
import { AWAY_SECONDS, DatabaseFailure } from './database-failure.js'
import type { EmbeddedProvider, FromAddress } from './embedded-provider.js'
import { resolveProfile, type EmbeddedProfileOptions, type Profiles } from './profiles.js'
import type { Tokens } from './tokens.js'

export interface AdapterConfig {
  readonly issuer: string
  /** The current public keys. */
  readonly keys: () => Promise<readonly object[]>
  readonly profiles: Profiles
  readonly actions: AccountActions
  readonly tokens: Tokens
  readonly log: ProviderLog
}

/** Returns the function that opens the embedded provider for a profile. */
export function createAdapterFactory ({ issuer, keys, profiles, actions, tokens, log }: AdapterConfig): (options: EmbeddedProfileOptions) => EmbeddedProvider {
  return options => {
    const profile = resolveProfile(options)
    profiles.open(profile)
    const requireAllowed = (url: string | undefined, allowed: readonly string[]) => {
      if (url !== undefined && !allowed.includes(url)) throw new errors.IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED(profile.id)
    }
    const asking = ({ clientAddress }: FromAddress): Asking =>
      ({ profileId: profile.id, brandName: profile.brandName, clientId: profile.clientId, interactionUid: null, clientAddress })
    /** Wraps a method so that it throws only the errors of the contract. */
    const told = <Request, Answer>(method: (request: Request) => Promise<Answer>) => async (request: Request): Promise<Answer> => {
      try {
        return await method(request)
      } catch (error) {
        if (isForCaller(error)) throw error
        if (error instanceof DatabaseFailure) throw new errors.IDENTITY_PROVIDER_ERR_UNAVAILABLE(profile.id, { cause: error.cause, retryAfterSeconds: AWAY_SECONDS })
        log.error({ profile: profile.id, err: error }, 'The embedded provider failed')
        throw new errors.IDENTITY_PROVIDER_ERR_UNAVAILABLE(profile.id, { cause: error })
      }
    }
    return {
      id: profile.id,
      type: 'embedded',
      issuer: { issuer, clientId: profile.clientId, audiences: [profile.clientId], algorithms: ['RS256'], keys },

      signInWithPassword: told(async request =>
        await tokens.issue(profile, await actions.signIn(asking(request), request))),

      signUpWithPassword: told(async request => {
        const account = await actions.signUp(asking(request), request)
        return { subject: account.id, emailVerified: account.emailVerified }
      }),

      refreshTokens: told(async ({ refreshToken }) => await tokens.refresh(profile, refreshToken)),

      forgotPassword: told(async request => { await actions.forgotPassword(asking(request), request.email) }),
      confirmForgottenPassword: told(async request => { await actions.resetPassword(asking(request), request) }),

      changePassword: told(async request => {
        await actions.changePassword(asking(request), request, async accountId => await tokens.grantOf(accountId, request.refreshToken))
      }),

      resendVerificationEmail: told(async request => { await actions.sendConfirmation(asking(request), request.email) }),
      confirmEmail: told(async request => { await actions.confirm(asking(request), request) }),

      exchangeCode: told(async ({ redirectUri, ...request }) => await tokens.exchange(profile, { ...request, redirectUri: redirectUri ?? profiles.withShared(profile).callbackUrls[0] ?? '' })),

      async loginUrl ({ redirectUri, state, nonce, codeChallenge, loginHint } = {}) {
        requireAllowed(redirectUri, profiles.withShared(profile).callbackUrls)
        return withQuery(`${issuer}/auth`, {
          client_id: profile.clientId,
          response_type: 'code',
          scope: SCOPES,
          redirect_uri: redirectUri,
          state,
          nonce,
          code_challenge: codeChallenge,
          code_challenge_method: codeChallenge === undefined ? undefined : 'S256',
          login_hint: loginHint
        })
      },
      async logoutUrl ({ redirectUri, idTokenHint, state } = {}) {
        requireAllowed(redirectUri, profiles.withShared(profile).logoutUrls)
        return withQuery(`${issuer}/session/end`, { client_id: profile.clientId, post_logout_redirect_uri: redirectUri, id_token_hint: idTokenHint, state })
      },

      inviteAccount: told(async account => { await actions.invite(asking({}), account) }),
      deleteAccount: told(async ({ subject }) => { await actions.deleteAccount(subject) }),
      retire: () => { profiles.close(profile) },
      close: async () => { profiles.close(profile) }
    }
  }
}

/** Whether an error is one of the contract's, or that of a sign-up with an invalid email address. */
function isForCaller (error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && (code.startsWith('IDENTITY_PROVIDER_ERR_') || code === 'USERS_STORE_ERR_INVALID_EMAIL')
}

function withQuery (address: string, parameters: Record<string, string | undefined>): string {
  const url = new URL(address)
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value)
  return url.href
}
