import { describeUrlMistake } from '@latchkey/identity-provider'

/**
 * Whether keys from a URL can be trusted: https, or http on a loopback address, and without a user name or password.
 *
 * @param namedBy the URL of the server that named it: only a server on this machine may refer us to http on this machine
 */
export function isTrustworthyUrl (text: string, namedBy?: string): boolean {
  if (describeUrlMistake(text) !== null) return false
  return namedBy === undefined || !isPlain(text) || isPlain(namedBy)
}

function isPlain (url: string): boolean {
  return new URL(url).protocol === 'http:'
}
