/**
 * Says what is wrong with a URL that passwords, secrets, tokens or browsers are sent to.
 *
 * @param namedBy the URL of the server that named it: only a server on this machine may refer us to http on this machine
 * @returns for example `must begin with https:// (…)`; `null` if nothing is wrong
 */
export function describeUrlMistake (text: string, namedBy?: string): string | null {
  if (!URL.canParse(text)) return 'must be a URL that begins with https://'
  const { protocol, hostname, username, password, hash } = new URL(text)
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname))) return 'must begin with https:// (http:// is for loopback addresses only)'
  if (protocol === 'http:' && namedBy !== undefined && new URL(namedBy).protocol !== 'http:') return 'must begin with https://, like the address of the server that names it'
  if (username !== '' || password !== '') return 'must not contain a user name or password'
  if (hash !== '') return 'must not contain a #'
  return null
}

/** The same for a base URL that paths are appended to, such as an issuer. */
export function describeBaseUrlMistake (text: string): string | null {
  return describeUrlMistake(text) ?? (text.includes('?') ? 'must not contain a ?' : null)
}

/**
 * Whether requests to a host stay on this machine, so that plain http is safe. Subdomains of `localhost` do not count:
 * browsers resolve them to this machine (RFC 6761 §6.3), but Node asks the system, which may ask the network.
 *
 * @param hostname as `URL` returns it, which normalizes addresses
 */
export function isLoopback (hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
