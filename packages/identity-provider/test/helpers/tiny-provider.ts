/** A correct in-memory adapter with every capability. Before each answer it sends a request to its issuer. */
import { randomUUID } from 'node:crypto'
import type { CapabilityMap, IdentityProvider, ProviderDependencies } from '../../dist/index.js'
import { errors } from '../../dist/index.js'
import type { TinyWorld } from './tiny-world.js'

type Intersection<T> = (T extends unknown ? (value: T) => void : never) extends (value: infer All) => void ? All : never
/** An adapter with every capability. */
export type CompleteProvider = IdentityProvider & Intersection<CapabilityMap[keyof CapabilityMap]>

export const callback = 'http://127.0.0.1:1/callback'
export const clientSecret = 'client-secret-of-the-tiny-adapter'

export function createTinyProvider (world: TinyWorld, { log }: ProviderDependencies): CompleteProvider {
  const { issuer: { issuer, clientId, jwksUri }, accounts } = world

  async function askCounterpart (): Promise<void> {
    try {
      await (await fetch(jwksUri, { signal: AbortSignal.timeout(world.timeoutMs) })).json()
    } catch (cause) {
      log.warn({ err: cause }, 'The provider did not answer')
      throw new errors.IDENTITY_PROVIDER_ERR_UNAVAILABLE('tiny', { cause })
    }
  }

  function accountOf (email: string, password: string) {
    const account = accounts.get(email)
    if (account?.password !== password) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS()
    return account
  }

  function checkStrength (password: string): void {
    if (password.length < 8) throw new errors.IDENTITY_PROVIDER_ERR_WEAK_PASSWORD('The password needs 8 characters or more.')
  }

  function checkRedirect (redirectUri: string | undefined): void {
    if (redirectUri !== undefined && redirectUri !== callback) throw new errors.IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED('tiny')
  }

  return {
    id: 'tiny',
    type: 'tiny',
    issuer: { issuer, clientId, audiences: [clientId], algorithms: ['ES256'] },
    async close () {},

    async signInWithPassword ({ email, password }) {
      await askCounterpart()
      const account = accountOf(email, password)
      if (!account.confirmed) throw new errors.IDENTITY_PROVIDER_ERR_USER_NOT_CONFIRMED()
      if (account.challenged) throw new errors.IDENTITY_PROVIDER_ERR_CHALLENGE_REQUIRED('enter the code of your device')
      return await world.tokensFor(email)
    },
    async signUpWithPassword ({ email, password }) {
      await askCounterpart()
      if (accounts.has(email)) throw new errors.IDENTITY_PROVIDER_ERR_ACCOUNT_EXISTS()
      checkStrength(password)
      const { subject } = world.addAccount({ email, password, confirmed: false })
      return { subject, emailVerified: false }
    },
    async refreshTokens ({ refreshToken }) {
      await askCounterpart()
      const email = world.sessions.get(refreshToken)
      if (email === undefined) throw new errors.IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED()
      world.sessions.delete(refreshToken)
      return await world.tokensFor(email)
    },
    async forgotPassword ({ email }) {
      await askCounterpart()
      if (!accounts.has(email)) return
      world.recoveryCodes.set(email, String(Math.floor(1e5 + Math.random() * 9e5)))
      world.recoveryMails.push(email)
    },
    async confirmForgottenPassword ({ email, code, newPassword }) {
      await askCounterpart()
      const account = accounts.get(email)
      if (account === undefined || world.recoveryCodes.get(email) !== code) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE()
      checkStrength(newPassword)
      world.recoveryCodes.delete(email)
      account.password = newPassword
    },
    async changePassword ({ email, oldPassword, newPassword }) {
      await askCounterpart()
      const account = accountOf(email, oldPassword)
      checkStrength(newPassword)
      account.password = newPassword
    },
    async resendVerificationEmail ({ email }) {
      await askCounterpart()
      if (accounts.get(email)?.confirmed === false) world.confirmationMails.push(email)
    },
    async confirmEmail ({ email, code }) {
      await askCounterpart()
      const account = accounts.get(email)
      if (account === undefined || world.confirmationCodes.get(email) !== code) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE()
      world.confirmationCodes.delete(email)
      account.confirmed = true
    },
    async exchangeCode ({ code, redirectUri, codeVerifier, nonce }) {
      checkRedirect(redirectUri)
      await askCounterpart()
      const given = world.authorizations.get(code)
      world.authorizations.delete(code)
      if (given === undefined || given.codeVerifier !== codeVerifier || given.nonce !== nonce) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE()
      return await world.tokensFor(given.email, given.nonce)
    },
    async loginUrl ({ redirectUri, state, nonce, codeChallenge, loginHint } = {}) {
      checkRedirect(redirectUri)
      return pageUrl(`${issuer}/login`, {
        client_id: clientId,
        response_type: 'code',
        scope: 'openid email',
        redirect_uri: redirectUri,
        state,
        nonce,
        code_challenge: codeChallenge,
        code_challenge_method: codeChallenge && 'S256',
        login_hint: loginHint
      })
    },
    async logoutUrl ({ redirectUri, state } = {}) {
      checkRedirect(redirectUri)
      return pageUrl(`${issuer}/logout`, { post_logout_redirect_uri: redirectUri, state })
    },
    async deleteAccount ({ email }) {
      await askCounterpart()
      accounts.delete(email)
    },
    async inviteAccount ({ email }) {
      await askCounterpart()
      if (!accounts.has(email)) world.addAccount({ email, confirmed: false })
      world.recoveryMails.push(email)
    }
  }
}

function pageUrl (page: string, parameters: Record<string, string | undefined>): string {
  const url = new URL(page)
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value)
  return url.href
}

/** What a client has after a sign-in on the login page. */
export function authorize (world: TinyWorld) {
  const authorization = { email: world.addAccount().email, redirectUri: callback, codeVerifier: randomUUID(), nonce: randomUUID() }
  const code = randomUUID()
  world.authorizations.set(code, authorization)
  return { ...authorization, code }
}
