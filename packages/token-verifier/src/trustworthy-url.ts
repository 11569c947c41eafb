import { isLoopback } from '@latchkey/identity-provider'

/**
 * Whether what comes from a URL may be believed: https, or http that does not leave this machine
 * (127.0.0.0/8, ::1, localhost). One with a user name or password in it is none that anybody means.
 *
 * @param namedBy the URL that named it: nobody but a server on this machine may send us to this machine
 */
export function isTrustworthyUrl (text: string, namedBy?: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password } = new URL(text)
  if (username !== '' || password !== '') return false
  if (protocol === 'https:') return true
  return protocol === 'http:' && isLoopback(hostname) && (namedBy === undefined || new URL(namedBy).protocol === 'http:')
}
