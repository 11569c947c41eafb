/**
 * Owns who is signed in: the tokens, which are kept in this tab's sessionStorage and nowhere else, how they come here by the
 * app's own OpenID flow (authorization code with PKCE), and how they end.
 */
import { UserManager, WebStorageStateStore, type User } from 'oidc-client-ts'
import { useSyncExternalStore } from 'react'
import { callbackUrl, logoutUrl, publicUrl } from '../page-settings'
import type { PublicProfile } from './profiles'

const PROFILE_KEY = 'latchkey.console.profile'

/** What is known of whoever is signed in. */
export interface Session {
  readonly idToken: string
  readonly refreshable: boolean
  readonly profileId: string
}

/** How a session ended in this tab: the API accepted its token no more, or whoever it was signed out. */
export type SessionEnd = 'refused' | 'signedOut'

/** Where a sign-in leads back to. */
interface SignInState { readonly returnTo: string }

let session: Session | null = null
let end: SessionEnd | null = null
let manager: UserManager | null = null
/** Refresh tokens work once: all who wait for a new token wait for the same one. */
let renewal: Promise<string | null> | null = null
const listeners = new Set<() => void>()

/** Who is signed in, or null. */
export function useSession (): Session | null {
  return useSyncExternalStore(listener => {
    listeners.add(listener)
    return () => { listeners.delete(listener) }
  }, currentSession)
}

export function currentSession (): Session | null {
  return session
}

/** How the last session ended; null where there was none since the page was loaded. */
export function sessionEnd (): SessionEnd | null {
  return end
}

/** Finds the sign-in of before a reload. Call it once, before anything is shown. */
export async function restoreSession (): Promise<void> {
  const profile = rememberedProfile()
  if (profile === null) return
  manager = managerOf(profile)
  const user = await manager.getUser()
  if (user?.id_token !== undefined) become(user, profile.id)
}

/**
 * Leaves for the login page of a profile.
 *
 * @param askAgain whether the provider is to show its page to somebody who is signed in there
 */
export async function signIn (profile: PublicProfile, returnTo: string, { askAgain = false }: { askAgain?: boolean } = {}): Promise<void> {
  sessionStorage.setItem(PROFILE_KEY, JSON.stringify(profile))
  manager = managerOf(profile)
  const state: SignInState = { returnTo }
  await manager.signinRedirect({ state, ...askAgain && { prompt: 'login' } })
}

/**
 * Comes back from the login page.
 *
 * @returns where the sign-in began
 * @throws what the provider says, or that nobody here began this sign-in
 */
export async function completeSignIn (): Promise<string> {
  const profile = rememberedProfile()
  if (profile === null) throw new Error('This tab has begun no sign-in. Sign in again, in one tab.')
  // All profiles come back to one address: a code of another issuer must not be handed to this one (RFC 9207 §2.4).
  const issuer = new URLSearchParams(location.search).get('iss')
  if (issuer !== null && issuer !== profile.issuer) throw new Error('Another provider has answered than the one that was asked. Sign in again.')
  manager ??= managerOf(profile)
  const user = await manager.signinRedirectCallback()
  if (user.id_token === undefined) throw new Error('The provider gave no ID token: its client must be allowed the scope openid.')
  become(user, profile.id)
  return pathInConsole((user.state as SignInState | undefined)?.returnTo)
}

/** Signs out here, and at the provider where it has an address for that. */
export async function signOut (): Promise<void> {
  const leaving = manager
  const idToken = session?.idToken
  const profile = rememberedProfile()
  // The tokens go first: the provider may be long about its answer.
  await endSession('signedOut')
  const canLeave = await leaving?.metadataService.getEndSessionEndpoint().then(url => url !== undefined, () => false)
  if (leaving === null || idToken === undefined || canLeave !== true) return
  await leaving.signoutRedirect({
    id_token_hint: idToken,
    // Cognito knows its clients at this address by these alone.
    ...profile?.type === 'cognito' && { extraQueryParams: { client_id: profile.clientId, logout_uri: logoutUrl } }
  })
}

/** Takes the tokens out of the tab. */
export async function endSession (how: SessionEnd): Promise<void> {
  await manager?.removeUser()
  session = null
  end = how
  tell()
}

/** A new ID token by the refresh token; null where there is none, or the sign-in has ended. */
export async function renew (): Promise<string | null> {
  if (session?.refreshable !== true || manager === null) return null
  const before = session
  const { profileId } = before
  const own = manager
  renewal ??= own.signinSilent()
    .then(async user => {
      // Whoever it was has signed out meanwhile, and the library has stored the new tokens.
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
    // Auth0 gives no refresh token without the scope; the embedded provider always does, and others refuse scopes they do not know.
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

/** A path of this app, whatever stood in an address: the sign-in leads nowhere else. */
export function pathInConsole (path: unknown): string {
  if (typeof path !== 'string' || !path.startsWith('/')) return '/'
  const url = URL.parse(path, publicUrl)
  return url !== null && url.origin === new URL(publicUrl).origin ? `${url.pathname}${url.search}` : '/'
}
