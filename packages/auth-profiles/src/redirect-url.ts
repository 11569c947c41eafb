import { isLoopback } from '@latchkey/identity-provider'

const LONGEST_URL = 2000
/** Schemes that cannot belong to a native app. Such apps use a reversed domain name (RFC 8252 §7.1) or a single word. */
const ofNoApp = /^(https?|javascript|data|vbscript|blob|file|about|ws|wss|ftp):$/

/**
 * Returns what is wrong with a redirect address, phrased to follow the field's name; `null` if it is valid. It must use
 * https, or http on a loopback address.
 *
 * @param apps whether the custom scheme of a native app is allowed
 */
export function mistakeInRedirectUrl (text: string, { apps = false } = {}): string | null {
  const url = text.length <= LONGEST_URL && !/[\s\p{Control}\p{Surrogate}]/u.test(text) ? URL.parse(text) : null
  if (url === null) return 'must be an absolute URL'
  if (text.includes('#')) return 'must not contain a fragment (#)'
  if (text.includes('*')) return 'must not contain a wildcard (*): addresses are compared exactly'
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password'
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return null
  if (apps && !ofNoApp.test(url.protocol)) return null
  return 'must begin with https:// (http:// is for loopback addresses only)'
}

/** Returns what is wrong with the origin of a site; `null` if it is valid. */
export function mistakeInOrigin (text: string): string | null {
  const mistake = mistakeInRedirectUrl(text)
  if (mistake !== null) return mistake
  const { origin } = new URL(text)
  return text === origin ? null : `must be an origin as browsers send it: ${origin}`
}
