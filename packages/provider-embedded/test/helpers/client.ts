import * as oidc from 'openid-client'
import { callbackUrl, type TestApp } from './app.js'
import { formBrowser, type FormBrowser, type Page } from './form-browser.js'

export const password = 'correct horse battery'

/** The client's side of a sign-in by authorization code with PKCE, with `openid-client`. */
export interface SignInAttempt {
  readonly config: oidc.Configuration
  readonly url: string
  readonly verifier: string
  readonly nonce: string
  readonly state: string
}

export async function beginSignIn ({ app }: TestApp, { clientId = 'default', ...parameters }: { clientId?: string } & Record<string, string> = {}): Promise<SignInAttempt> {
  const config = await oidc.discovery(new URL(app.providerEmbedded.issuer), clientId, undefined, oidc.None(), { execute: [oidc.allowInsecureRequests] })
  const [verifier, nonce, state] = [oidc.randomPKCECodeVerifier(), oidc.randomNonce(), oidc.randomState()]
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: callbackUrl,
    scope: 'openid email profile',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    nonce,
    state,
    ...parameters
  })
  return { config, url: url.href, verifier, nonce, state }
}

export async function finishSignIn ({ config, verifier, nonce, state }: SignInAttempt, arrived: URL): Promise<oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers> {
  return await oidc.authorizationCodeGrant(config, arrived, { pkceCodeVerifier: verifier, expectedNonce: nonce, expectedState: state })
}

/** An account whose address is confirmed. */
export async function confirmedAccount (running: TestApp, email: string): Promise<{ subject: string }> {
  const provider = running.app.providerEmbedded.createProvider({ id: 'accounts', name: 'Accounts' })
  const { subject } = await provider.signUpWithPassword({ email, password, firstName: 'Ada', lastName: 'Lovelace' })
  await provider.confirmEmail({ email, code: (await running.smtp.nth(email, 1)).code, password })
  return { subject }
}

/** Signs in on the hosted page. @returns the page that the browser ends on */
export async function signInByPage (running: TestApp, url: string, credentials: { email: string, password: string }, browser: FormBrowser = formBrowser(running.url)): Promise<Page> {
  return await browser.submit(await browser.open(url), '/sign-in', credentials)
}
