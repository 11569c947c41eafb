import { parseCookie, stringifySetCookie } from 'cookie'
import type { Provider } from 'oidc-provider'

/** The cookie with which `oidc-provider` continues a sign-in. */
export const RESUME_COOKIE = 'latchkey_resume'

/** How many sign-ins one browser can have open. Its cookies must fit into a request. */
const MOST = 10

export interface BegunSignIns {
  /** The `Set-Cookie` lines for a sign-in that a browser starts. */
  cookiesFor (cookieHeader: string | undefined, interactionUid: string): string[]
  /** Whether this browser started a sign-in. */
  wasBegunHere (cookieHeader: string | undefined, interactionUid: string): boolean
  /** The `Set-Cookie` line that forgets a sign-in. */
  cookieToForget (interactionUid: string): string
}

/**
 * Ties each hosted sign-in to the browser that started it. The cookies of `oidc-provider` don't do that: their path prevents
 * the `__Host-` prefix, so a sibling domain could put those of its own sign-in into somebody else's browser, let them
 * sign in with it, and then continue it as them. These cookies have the prefix (RFC 6265bis §4.1.3). Their value doesn't
 * matter, because nobody else can set them. There is one for each sign-in, so that several can start at once.
 *
 * @param kind distinguishes the cookies from those of other sign-ins
 */
export function createBegunSignIns ({ secure, seconds, kind = 'begun' }: { secure: boolean, seconds: number, kind?: string }): BegunSignIns {
  const prefix = `${secure ? '__Host-' : ''}latchkey_${kind}_`
  const setCookie = (name: string, value: string, maxAge: number) => stringifySetCookie({ name, value, path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge })
  return {
    cookiesFor (cookieHeader, interactionUid) {
      // Browsers send the oldest first (RFC 6265 §5.4).
      const open = Object.keys(parseCookie(cookieHeader ?? '')).filter(name => name.startsWith(prefix))
      const tooMany = open.slice(0, Math.max(0, open.length + 1 - MOST))
      return [...tooMany.map(name => setCookie(name, '', 0)), setCookie(`${prefix}${interactionUid}`, '1', seconds)]
    },
    wasBegunHere: (cookieHeader, interactionUid) => Object.hasOwn(parseCookie(cookieHeader ?? ''), `${prefix}${interactionUid}`),
    cookieToForget: interactionUid => setCookie(`${prefix}${interactionUid}`, '', 0)
  }
}

/** Only the browser that started a sign-in continues it. To any other one, the sign-in doesn't exist. */
export function resumeOnlyHere (begunSignIns: BegunSignIns): Parameters<Provider['use']>[0] {
  return async (ctx, next) => {
    const { headers } = ctx.req
    const resumed = ctx.cookies.get(RESUME_COOKIE, { signed: true })
    if (resumed !== undefined && !begunSignIns.wasBegunHere(headers.cookie, resumed)) headers.cookie = headers.cookie?.split(/; */).filter(cookie => !cookie.startsWith(`${RESUME_COOKIE}=`)).join('; ')
    await next()
  }
}
