/**
 * Says what is wrong with an address that secrets, tokens or browsers are sent to.
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

function isLoopback (hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
