/**
 * Owns the way to a provider's login page and back: the authorization code flow with PKCE, `state` and `nonce`. It stores what
 * it needs to check the response, and no tokens.
 */
import { ErrorResponse, OidcClient, SigninState, User, UserManager, WebStorageStateStore, type UserManagerSettings } from 'oidc-client-ts'
import { callbackUrl, logoutUrl } from '../page-settings'
import type { PublicProfile } from './profiles'

const SCOPE = 'openid email profile'

/** The answers of a token endpoint that refuse a refresh token (RFC 6749 §5.2, OpenID Connect Core §3.1.2.6); any other is a failure of the provider. */
const refusals = new Set(['invalid_request', 'invalid_client', 'invalid_grant', 'unauthorized_client', 'unsupported_grant_type', 'invalid_scope', 'access_denied', 'login_required', 'interaction_required', 'consent_required'])

/** What a redirect to a login page was for, kept in this tab under its `state` until the provider redirects back. */
export interface Pending {
  readonly profile: PublicProfile
  readonly returnTo: string
  /** The account of the session to which this adds a second one; null for a sign-in to the console. */
  readonly secondTo: string | null
}

export interface SignInOptions {
  /** Whether the provider shows its login page even to people who are already signed in there. */
  readonly askAgain?: boolean
  /** The email to suggest on the login page. */
  readonly email?: string | null
}

/** The tokens of an account, just received. */
export type Received = User & { readonly id_token: string }

/** Redirects to the login page of a profile. */
export async function leaveFor (pending: Pending, { askAgain = false, email }: SignInOptions): Promise<void> {
  await new UserManager(settingsOf(pending.profile)).signinRedirect(requestFor(pending, { askAgain, email }))
}

/** The address of the login page of a profile, and the `state` of the response to this tab. */
export async function addressFor (pending: Pending, options: SignInOptions): Promise<{ url: string, state: string }> {
  const { url, state } = await new OidcClient(settingsOf(pending.profile)).createSigninRequest(requestFor(pending, options))
  return { url, state: state.id }
}

function requestFor (pending: Pending, { askAgain = false, email }: SignInOptions) {
  return {
    state: pending,
    nonce: crypto.randomUUID(),
    ...askAgain && { prompt: 'login' },
    ...email != null && { login_hint: email },
    // A second account needs no refresh token.
    ...pending.secondTo !== null && { scope: SCOPE }
  }
}

/**
 * The sign-in that a provider's response belongs to.
 *
 * @param search the query of the address to which the provider has redirected
 * @throws if this tab has not started it, or the response is from another provider
 */
export async function returnedFrom (search: string): Promise<Pending> {
  const response = new URLSearchParams(search)
  const stored = await storedStateOf(response)
  if (stored === null) throw new Error('This sign-in was not started in this tab, or has been completed already. Start again, and stay in one tab.')
  const pending = (await SigninState.fromStorageString(stored)).data as Pending
  // All profiles share one callback URL, so a code from one issuer must not be sent to another (RFC 9207 §2.4).
  const issuer = response.get('iss')
  if (issuer !== null && issuer !== pending.profile.issuer) throw new Error('The response came from a different provider than the one you chose. Sign in again.')
  return pending
}

/** Whether this tab has started the sign-in that a provider's response belongs to. */
export async function isStartedHere (search: string): Promise<boolean> {
  return await storedStateOf(new URLSearchParams(search)) !== null
}

/** Exchanges the code in a provider's response for tokens, and stores them nowhere. It works only once. @throws the provider's error */
export async function receive (profile: PublicProfile, search: string): Promise<Received> {
  const user = new User(await new OidcClient(settingsOf(profile)).processSigninResponse(`${callbackUrl}${search}`))
  if (user.id_token === undefined) throw new Error('The provider returned no ID token. Allow the scope openid for its client.')
  return user as Received
}

/** Whether the provider reports that the user cancelled there, or that it doesn't allow the sign-in. */
export function isDeclined (error: Error): boolean {
  return error instanceof ErrorResponse && error.error === 'access_denied'
}

/** Whether the provider has refused a refresh token, as opposed to being unreachable or failing. */
export function isRefusal (error: unknown): boolean {
  return error instanceof ErrorResponse && refusals.has(error.error ?? '')
}

async function storedStateOf (response: URLSearchParams): Promise<string | null> {
  const state = response.get('state')
  return state === null ? null : await stateStore().get(state)
}

/** With a prefix of its own, so that no `state` in an address can name a stored token. */
function stateStore (): WebStorageStateStore {
  return new WebStorageStateStore({ prefix: 'latchkey.console.sign-in.', store: sessionStorage })
}

/** The settings of the library for a profile. */
export function settingsOf ({ type, issuer, clientId }: PublicProfile): UserManagerSettings {
  return {
    authority: issuer,
    client_id: clientId,
    redirect_uri: callbackUrl,
    post_logout_redirect_uri: logoutUrl,
    // Auth0 issues a refresh token only with offline_access. The embedded provider always issues one, and others may refuse scopes they don't know.
    scope: type === 'auth0' ? `${SCOPE} offline_access` : SCOPE,
    userStore: new WebStorageStateStore({ store: sessionStorage }),
    stateStore: stateStore(),
    requestTimeoutInSeconds: 10,
    automaticSilentRenew: false,
    monitorSession: false
  }
}
