import { parseCookie, stringifySetCookie } from 'cookie'
import { timingSafeEqual } from 'node:crypto'
import { randomSecret, type Secrets } from './secrets.js'

/** Long enough for a form that is left open for hours. */
const SECONDS = 24 * 60 * 60

export interface Csrf {
  /** The browser's token for its forms, and the cookie to set if it has none yet. */
  tokenFor (cookieHeader: string | undefined): { token: string, setCookie: string | undefined }
  /** Whether a form was issued to this browser. */
  fits (cookieHeader: string | undefined, token: string): boolean
}

/**
 * Ties forms to a browser with a random cookie and its keyed hash in the form (OWASP's signed double-submit cookie).
 * Other sites can neither read the cookie nor compute the hash for a cookie that they set.
 */
export function createCsrf (secrets: Secrets, { secure }: { secure: boolean }): Csrf {
  // The prefix prevents plain-http pages and sibling domains from setting the cookie (RFC 6265bis §4.1.3).
  const name = secure ? '__Host-latchkey_csrf' : 'latchkey_csrf'
  const tokenOf = (value: string) => secrets.mac('csrf', value)
  return {
    tokenFor (cookieHeader) {
      const value = parseCookie(cookieHeader ?? '')[name]
      if (value !== undefined && value !== '') return { token: tokenOf(value), setCookie: undefined }
      const fresh = randomSecret()
      return { token: tokenOf(fresh), setCookie: stringifySetCookie({ name, value: fresh, path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: SECONDS }) }
    },
    fits (cookieHeader, token) {
      const value = parseCookie(cookieHeader ?? '')[name]
      if (value === undefined || value === '') return false
      const [expected, given] = [Buffer.from(tokenOf(value)), Buffer.from(token)]
      return expected.length === given.length && timingSafeEqual(expected, given)
    }
  }
}
