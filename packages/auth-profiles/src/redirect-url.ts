import { isLoopback } from '@latchkey/identity-provider'

const LONGEST_URL = 2000
/** Schemes of apps on a phone or desktop, as their makers' reversed domain names (RFC 8252 §7.1) or a word. */
const ofNoApp = /^(https?|javascript|data|vbscript|blob|file|about|ws|wss|ftp):$/

/**
 * Says what is wrong with an address that a browser may be sent to, in words that follow the name of the field:
 * https, or http on this machine.
 *
 * @param apps whether it may be of an app on a phone, with a scheme of its own
 */
export function mistakeInRedirectUrl (text: string, { apps = false } = {}): string | null {
  const url = text.length <= LONGEST_URL && !/[\s\p{Control}\p{Surrogate}]/u.test(text) ? URL.parse(text) : null
  if (url === null) return 'must be an absolute URL'
  if (text.includes('#')) return 'must have no fragment (#)'
  if (text.includes('*')) return 'must have no wildcard (*): addresses are compared to the letter'
  if (url.username !== '' || url.password !== '') return 'must have no user name or password'
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return null
  if (apps && !ofNoApp.test(url.protocol)) return null
  return 'must begin with https:// (http:// is for loopback addresses only)'
}

/** Says what is wrong with the origin of a site. */
export function mistakeInOrigin (text: string): string | null {
  const mistake = mistakeInRedirectUrl(text)
  if (mistake !== null) return mistake
  const { origin } = new URL(text)
  return text === origin ? null : `must be an origin, as browsers write it: ${origin}`
}
