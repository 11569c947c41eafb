/**
 * Owns what happens when the session of an open page ends: the page waits, with what was entered in it, until the user has
 * signed in again in another window.
 *
 * The waiting tab starts the sign-in and completes it. The other window only passes on the provider's response, over a channel
 * of this origin that is named for the `state`. The response is useless without the PKCE verifier in the waiting tab, so no
 * token ever leaves a tab.
 */
import { useSyncExternalStore } from 'react'
import { forgetUnsaved } from '../api/unsaved'
import { addressFor, receive, returnedFrom } from './authorization'
import { accountOf, currentSession, endSession, forgetTokens, replaceSession } from './session'

/** The waiting tab's answer to a response. */
const RECEIVED = 'received'
/** How long the other window waits for it. */
const ANSWER_MS = 3000

interface Wait {
  /** The new ID token, or null if the user gives up. */
  readonly token: Promise<string | null>
  readonly settle: (token: string | null) => void
}

let wait: Wait | null = null
/** The number of open pages that are worth keeping: one at most, apart from moments of rendering. */
let pages = 0
/** Ends the attempt whose response is awaited. */
let abandon: (() => void) | null = null
const listeners = new Set<() => void>()

/** Whether the page waits for the user to sign in again. */
export function useIsWaiting (): boolean {
  return useSyncExternalStore(listener => {
    listeners.add(listener)
    return () => { listeners.delete(listener) }
  }, () => wait !== null)
}

/** Says that a page is open that asks the user to sign in again when the session ends. @returns a function that says the opposite */
export function keepPage (): () => void {
  pages++
  return () => { pages-- }
}

/**
 * Waits until the user has signed in again.
 *
 * @param refused the token that was refused
 * @returns the new token; null if there is no page to keep, or the user gives up. Never settles if it is another user: everything is loaded again
 */
export async function signedInAgain (refused: string): Promise<string | null> {
  const session = currentSession()
  if (session === null) return null
  // Another request has waited for it.
  if (session.idToken !== refused) return session.idToken
  if (pages === 0) return null
  if (wait === null) {
    let settle: Wait['settle'] = () => {}
    wait = { token: new Promise(resolve => { settle = resolve }), settle: token => { settle(token) } }
    tell()
    forgetTokens()
  }
  return await wait.token
}

/**
 * Opens the login page in another window, and resolves when the user has signed in there. To be called on a click: browsers
 * block other windows. If it is called again, the earlier attempt counts no more.
 *
 * @throws if the window is blocked, the login page can't be opened, or the sign-in fails
 */
export async function signInAgain (email: string | null): Promise<void> {
  const session = currentSession()
  if (session === null) return
  const { profile } = session
  const other = window.open('', '_blank', 'popup,width=500,height=700')
  if (other === null) throw new Error('Your browser has blocked the new window. Allow pop-up windows for this site, then try again.')
  // No page in the other window can navigate this one.
  other.opener = null
  abandon?.()
  try {
    const { url, state } = await addressFor({ profile, returnTo: '/', secondTo: null }, { email })
    const response = responseTo(state)
    other.location.replace(url)
    const search = await response
    await returnedFrom(search)
    const user = await receive(profile, search)
    const isSame = accountOf({ idToken: user.id_token }) === accountOf(session)
    await replaceSession(user, profile)
    if (isSame) end(user.id_token)
    else {
      // The dialog has said so. A page that stayed would act as the other user.
      forgetUnsaved()
      location.reload()
    }
  } catch (error) {
    other.close()
    throw error
  }
}

/** Ends the session for good, without keeping the page. */
export async function giveUp (): Promise<void> {
  abandon?.()
  await endSession('refused')
  end(null)
}

/**
 * Passes the response in the current address to the tab that waits for it.
 *
 * @returns whether a tab has taken it
 */
export async function passOn (): Promise<boolean> {
  const { search } = location
  const state = new URLSearchParams(search).get('state')
  if (state === null) return false
  const channel = channelOf(state)
  try {
    return await new Promise(resolve => {
      channel.onmessage = ({ data }) => { if (data === RECEIVED) resolve(true) }
      channel.postMessage(search)
      setTimeout(() => { resolve(false) }, ANSWER_MS)
    })
  } finally {
    channel.close()
  }
}

/** The provider's response with this `state`, from the other window. Never settles if the attempt is abandoned. */
async function responseTo (state: string): Promise<string> {
  const channel = channelOf(state)
  abandon = () => { channel.close() }
  const search = await new Promise<string>(resolve => {
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data !== 'string' || new URLSearchParams(data).get('state') !== state) return
      channel.postMessage(RECEIVED)
      resolve(data)
    }
  })
  channel.close()
  return search
}

/** Only pages of this origin can use it, whatever `state` they know. */
function channelOf (state: string): BroadcastChannel {
  return new BroadcastChannel(`latchkey.console.sign-in.${state}`)
}

function end (token: string | null): void {
  const ended = wait
  wait = null
  tell()
  ended?.settle(token)
}

function tell (): void {
  for (const listener of listeners) listener()
}
