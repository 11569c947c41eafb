/**
 * Says what is wrong with an address that passwords, secrets, tokens or browsers are sent to.
 *
 * @returns for example `must begin with https:// (…)`; `null` when nothing is wrong
 */
export function describeUrlMistake (text: string): string | null {
  if (!URL.canParse(text)) return 'must be a URL that begins with https://'
  const { protocol, hostname, username, password, hash } = new URL(text)
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname))) return 'must begin with https:// (http:// is for loopback addresses only)'
  if (username !== '' || password !== '') return 'must not contain a user name or password'
  if (hash !== '') return 'must not contain a #'
  return null
}

/** The same for an address that others are made of by adding a path, such as an issuer. */
export function describeBaseUrlMistake (text: string): string | null {
  return describeUrlMistake(text) ?? (text.includes('?') ? 'must not contain a ?' : null)
}

/** The URL parser has brought addresses into their one normal form. */
function isLoopback (hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
