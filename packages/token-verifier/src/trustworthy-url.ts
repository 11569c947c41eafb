import { describeUrlMistake } from '@latchkey/identity-provider'

/**
 * Whether what comes from a URL may be believed: https, or http that does not leave this machine. One with a user name or
 * password in it is none that anybody means.
 *
 * @param namedBy the URL that named it: nobody but a server on this machine may send us to this machine
 */
export function isTrustworthyUrl (text: string, namedBy?: string): boolean {
  if (describeUrlMistake(text) !== null) return false
  return namedBy === undefined || !isPlain(text) || isPlain(namedBy)
}

function isPlain (url: string): boolean {
  return new URL(url).protocol === 'http:'
}
