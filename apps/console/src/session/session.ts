/**
 * Owns the session: obtains tokens through the app's own OpenID flow (see authorization.ts), keeps them only in this tab's
 * sessionStorage, renews them and removes them.
 */
import { UserManager, type User } from 'oidc-client-ts'
import { useSyncExternalStore } from 'react'
import { logoutUrl, publicUrl } from '../page-settings'
import { isRefusal, leaveFor, receive, returnedFrom, settingsOf, type Received, type SignInOptions } from './authorization'
import { claimsOf } from './claims'
import type { PublicProfile } from './profiles'

const SESSION_KEY = 'latchkey.console.session'
const PROBE_KEY = 'latchkey.console.probe'
/** The API lets users change their sign-in methods within 15 minutes of their sign-in. Three of them are for signing in elsewhere. */
const RECENT_MS = 12 * 60_000

/** What is remembered of a session besides its tokens. */
interface SessionOrigin {
  readonly profile: PublicProfile
  /** When the user signed in at the provider, in milliseconds by this browser's clock. */
  readonly signedInAt: number
}

/** The session of the signed-in user. */
export interface Session extends SessionOrigin {
  readonly idToken: string
  readonly refreshable: boolean
}

/** How a session ended in this tab: the API refused its token, or the user signed out. */
export type SessionEnd = 'refused' | 'signedOut'

/** A completed redirect back from a login page. */
export interface Completion {
  /** The path where the sign-in was started. */
  readonly returnTo: string
  /** Null after a sign-in to the console. */
  readonly second: SecondAccount | null
}

/** An account that the user signs in to beside the session. */
export interface SecondAccount {
  readonly profile: PublicProfile
  /** Gets the ID token of the account, which is stored nowhere. @throws the provider's error */
  readonly idToken: () => Promise<string>
}

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

/** Whether the sign-in is recent enough for the API to let users change their sign-in methods. */
export function isRecent ({ signedInAt }: Session): boolean {
  return Date.now() - signedInAt < RECENT_MS
}

/** Whether this tab can keep a session: browsers that block a site's data block the storage of its tabs too. */
export function canKeepSession (): boolean {
  try {
    sessionStorage.setItem(PROBE_KEY, '')
    sessionStorage.removeItem(PROBE_KEY)
    return true
  } catch {
    return false
  }
}

/** Restores the session after a reload. Call it once, before the first render. */
export async function restoreSession (): Promise<void> {
  const origin = rememberedOrigin()
  if (origin === null) return
  manager = new UserManager(settingsOf(origin.profile))
  const user = await manager.getUser()
  if (user?.id_token !== undefined) become(user, origin)
}

/** Redirects to the login page of a profile. A session that exists is kept until the new sign-in is complete. */
export async function signIn (profile: PublicProfile, returnTo: string, options: SignInOptions = {}): Promise<void> {
  await leaveFor({ profile, returnTo, secondTo: null }, options)
}

/** Redirects to the login page of a profile to sign in to a second account of the user, beside the session. */
export async function signInToSecondAccount (profile: PublicProfile, returnTo: string, options: SignInOptions = {}): Promise<void> {
  if (session === null) throw new Error('You are not signed in.')
  await leaveFor({ profile, returnTo, secondTo: accountOf(session) }, options)
}

/**
 * Completes a sign-in after the redirect back from the login page.
 *
 * @throws the provider's error, or an error if this tab did not start the sign-in; the session is then as before
 */
export async function completeSignIn (): Promise<Completion> {
  const { search } = location
  const { profile, returnTo: path, secondTo } = await returnedFrom(search)
  const returnTo = pathInConsole(path)
  if (secondTo !== null) {
    if (session === null || accountOf(session) !== secondTo) throw new Error('You have signed out, or signed in with a different account, since you started this. Nothing was changed. Start again.')
    return { returnTo, second: { profile, idToken: async () => (await receive(profile, search)).id_token } }
  }
  await replaceSession(await receive(profile, search), profile)
  return { returnTo, second: null }
}

/** Starts a session in place of the one that exists, if any. */
export async function replaceSession (user: Received, profile: PublicProfile): Promise<void> {
  await manager?.removeUser()
  manager = new UserManager(settingsOf(profile))
  await manager.storeUser(user)
  begin(user, profile)
}

/** Signs out here, and at the provider if it has an end-session endpoint. */
export async function signOut (): Promise<void> {
  const leaving = manager
  const idToken = session?.idToken
  const profile = session?.profile
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
  await forgetTokens()
  session = null
  end = how
  tell()
}

/** Removes the tokens from the tab's storage, because the API and the provider refuse them. A page that is open can stay. */
export async function forgetTokens (): Promise<void> {
  if (session !== null) session = { ...session, refreshable: false }
  await manager?.removeUser()
  sessionStorage.removeItem(SESSION_KEY)
}

/**
 * Gets a new ID token with the refresh token; null if there is no refresh token, or the provider refuses it.
 *
 * @throws if the provider can't be reached, or fails. The session is then as before
 */
export async function renew (): Promise<string | null> {
  if (session?.refreshable !== true || manager === null) return null
  const before = session
  const { profile } = before
  const own = manager
  renewal ??= own.signinSilent()
    .then(async user => {
      // The user signed out meanwhile, and the library has already stored the new tokens.
      if (session !== before) {
        await own.removeUser()
        return null
      }
      if (user?.id_token === undefined) return null
      begin(user as Received, profile)
      return user.id_token
    }, (error: unknown) => {
      if (isRefusal(error)) return null
      throw error
    })
    .finally(() => { renewal = null })
  return await renewal
}

/** Starts a session with tokens that have just been received, or continues it with renewed ones. */
function begin (user: Received, profile: PublicProfile): void {
  const { auth_time: authTime, iat } = claimsOf(user.id_token)
  // Counted from now, since the clocks of the provider and this browser may differ.
  const signedInAt = Date.now() - (Number(iat) - Number(authTime ?? iat)) * 1000
  sessionStorage.setItem(SESSION_KEY, JSON.stringify({ profile, signedInAt } satisfies SessionOrigin))
  become(user, { profile, signedInAt })
}

function become (user: User, origin: SessionOrigin): void {
  session = { idToken: user.id_token as string, refreshable: user.refresh_token !== undefined, ...origin }
  tell()
}

function tell (): void {
  for (const listener of listeners) listener()
}

/** The account at the provider that an ID token is about. */
export function accountOf ({ idToken }: Pick<Session, 'idToken'>): string {
  const { iss, sub } = claimsOf(idToken)
  return JSON.stringify([iss, sub])
}

function rememberedOrigin (): SessionOrigin | null {
  const text = sessionStorage.getItem(SESSION_KEY)
  return text === null ? null : JSON.parse(text) as SessionOrigin
}

/** Reduces an address to a path of this app, so that a sign-in never redirects elsewhere. */
export function pathInConsole (path: unknown): string {
  if (typeof path !== 'string' || !path.startsWith('/')) return '/'
  const url = URL.parse(path, publicUrl)
  return url !== null && url.origin === new URL(publicUrl).origin ? `${url.pathname}${url.search}` : '/'
}
