/**
 * Says what is wrong with the URL of a provider: passwords and tokens go there, so it is https, or http to this machine.
 *
 * @returns for example `must be an https URL`; `null` when nothing is wrong
 */
export function describeUrlMistake (text: string): string | null {
  if (!URL.canParse(text)) return 'must be a URL that begins with https://'
  const url = new URL(text)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) return 'must begin with https:// (http:// is for loopback addresses only)'
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password'
  if (url.search !== '' || url.hash !== '') return 'must not contain ? or #'
  return null
}

function isLoopback (hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
