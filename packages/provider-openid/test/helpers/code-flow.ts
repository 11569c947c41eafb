/** Plays the front end: opens the login page with PKCE and a nonce, and takes the code from the callback. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { OpenIdProvider } from '../../dist/index.js'
import type { Browser } from './headless-browser.js'
import type { OidcProviderFixture } from './oidc-provider-fixture.js'

export interface AuthorizedRequest {
  readonly code: string
  readonly redirectUri: string
  readonly codeVerifier: string
  readonly nonce: string
}

export async function authorize (fixture: OidcProviderFixture, adapter: OpenIdProvider, request: {
  redirectUri: string, email: string, password: string, browser?: Browser
}): Promise<AuthorizedRequest> {
  const { redirectUri, browser, ...credentials } = request
  const codeVerifier = randomBytes(32).toString('base64url')
  const nonce = randomUUID()
  const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url')
  const callback = await fixture.signIn(await adapter.loginUrl({ redirectUri, nonce, codeChallenge }), credentials, browser)
  const code = callback.searchParams.get('code')
  if (code === null) throw new Error(`There is no code in ${callback.href}`)
  return { code, redirectUri, codeVerifier, nonce }
}
