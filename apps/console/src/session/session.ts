/**
 * Owns the session: obtains tokens through the app's own OpenID flow (authorization code with PKCE), keeps them only in this
 * tab's sessionStorage, renews them and removes them.
 */
import { UserManager, WebStorageStateStore, type User } from 'oidc-client-ts'
import { useSyncExternalStore } from 'react'
import { callbackUrl, logoutUrl, publicUrl } from '../page-settings'
import type { PublicProfile } from './profiles'

const PROFILE_KEY = 'latchkey.console.profile'

/** The session of the signed-in user. */
export interface Session {
  readonly idToken: string
  readonly refreshable: boolean
  readonly profileId: string
}

/** How a session ended in this tab: the API refused its token, or the user signed out. */
export type SessionEnd = 'refused' | 'signedOut'

/** Where to go after the sign-in. */
interface SignInState { readonly returnTo: string }

let session: Session | null = null
let end: SessionEnd | null = null
let manager: UserManager | null = null
/** A refresh token works only once, so concurrent requests share one renewal. */
let renewal: Promise<string | null> | null = null
const listeners = new Set<() => void>()

/** The current session, or null. */
export function useSession (): Session | null {
  return useSyncExternalStore(listener => {
    listeners.add(listener)
    return () => { listeners.delete(listener) }
  }, currentSession)
}

export function currentSession (): Session | null {
  return session
}

/** How the last session ended, or null if there has been none since the page was loaded. */
export function sessionEnd (): SessionEnd | null {
  return end
}

/** Restores the session after a reload. Call it once, before the first render. */
export async function restoreSession (): Promise<void> {
  const profile = rememberedProfile()
  if (profile === null) return
  manager = managerOf(profile)
  const user = await manager.getUser()
  if (user?.id_token !== undefined) become(user, profile.id)
}

/**
 * Redirects to the login page of a profile.
 *
 * @param askAgain whether the provider shows its login page even to people who are already signed in there
 */
export async function signIn (profile: PublicProfile, returnTo: string, { askAgain = false }: { askAgain?: boolean } = {}): Promise<void> {
  sessionStorage.setItem(PROFILE_KEY, JSON.stringify(profile))
  manager = managerOf(profile)
  const state: SignInState = { returnTo }
  await manager.signinRedirect({ state, ...askAgain && { prompt: 'login' } })
}

/**
 * Completes the sign-in after the redirect back from the login page.
 *
 * @returns the path where the sign-in was started
 * @throws the provider's error, or an error if this tab did not start the sign-in
 */
export async function completeSignIn (): Promise<string> {
  const profile = rememberedProfile()
  if (profile === null) throw new Error('This sign-in was not started in this tab. Sign in again, and stay in one tab.')
  // All profiles share one callback URL, so a code from one issuer must not be sent to another (RFC 9207 §2.4).
  const issuer = new URLSearchParams(location.search).get('iss')
  if (issuer !== null && issuer !== profile.issuer) throw new Error('The response came from a different provider than the one you chose. Sign in again.')
  manager ??= managerOf(profile)
  const user = await manager.signinRedirectCallback()
  if (user.id_token === undefined) throw new Error('The provider returned no ID token. Allow the scope openid for its client.')
  become(user, profile.id)
  return pathInConsole((user.state as SignInState | undefined)?.returnTo)
}

/** Signs out here, and at the provider if it has an end-session endpoint. */
export async function signOut (): Promise<void> {
  const leaving = manager
  const idToken = session?.idToken
  const profile = rememberedProfile()
  // Remove the tokens first: the provider may be slow to respond.
  await endSession('signedOut')
  const canLeave = await leaving?.metadataService.getEndSessionEndpoint().then(url => url !== undefined, () => false)
  if (leaving === null || idToken === undefined || canLeave !== true) return
  await leaving.signoutRedirect({
    id_token_hint: idToken,
    // Cognito's logout endpoint requires these two parameters.
    ...profile?.type === 'cognito' && { extraQueryParams: { client_id: profile.clientId, logout_uri: logoutUrl } }
  })
}

/** Removes the tokens from the tab. */
export async function endSession (how: SessionEnd): Promise<void> {
  await manager?.removeUser()
  session = null
  end = how
  tell()
}

/** Gets a new ID token with the refresh token; null if there is no refresh token, or it is no longer accepted. */
export async function renew (): Promise<string | null> {
  if (session?.refreshable !== true || manager === null) return null
  const before = session
  const { profileId } = before
  const own = manager
  renewal ??= own.signinSilent()
    .then(async user => {
      // The user signed out meanwhile, and the library has already stored the new tokens.
      if (session !== before) {
        await own.removeUser()
        return null
      }
      if (user?.id_token === undefined) return null
      become(user, profileId)
      return user.id_token
    }, () => null)
    .finally(() => { renewal = null })
  return await renewal
}

function become (user: User, profileId: string): void {
  session = { idToken: user.id_token as string, refreshable: user.refresh_token !== undefined, profileId }
  tell()
}

function tell (): void {
  for (const listener of listeners) listener()
}

function managerOf ({ type, issuer, clientId }: PublicProfile): UserManager {
  return new UserManager({
    authority: issuer,
    client_id: clientId,
    redirect_uri: callbackUrl,
    post_logout_redirect_uri: logoutUrl,
    // Auth0 issues a refresh token only with offline_access. The embedded provider always issues one, and others may refuse scopes they don't know.
    scope: type === 'auth0' ? 'openid email profile offline_access' : 'openid email profile',
    userStore: new WebStorageStateStore({ store: sessionStorage }),
    stateStore: new WebStorageStateStore({ store: sessionStorage }),
    requestTimeoutInSeconds: 10,
    automaticSilentRenew: false,
    monitorSession: false
  })
}

function rememberedProfile (): PublicProfile | null {
  const text = sessionStorage.getItem(PROFILE_KEY)
  return text === null ? null : JSON.parse(text) as PublicProfile
}

/** Reduces an address to a path of this app, so that a sign-in never redirects elsewhere. */
export function pathInConsole (path: unknown): string {
  if (typeof path !== 'string' || !path.startsWith('/')) return '/'
  const url = URL.parse(path, publicUrl)
  return url !== null && url.origin === new URL(publicUrl).origin ? `${url.pathname}${url.search}` : '/'
}
