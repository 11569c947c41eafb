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

/**
 * Whether what is sent to a host stays on this machine, so that it may go by http. Of a name below `localhost` browsers make sure (RFC 6761 §6.3); Node asks
 * the system, which may ask the network.
 *
 * @param hostname as `URL` gives it, which brings addresses into their one normal form
 */
export function isLoopback (hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
