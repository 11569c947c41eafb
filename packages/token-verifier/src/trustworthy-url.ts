import { describeUrlMistake } from '@latchkey/identity-provider'

/**
 * Whether keys from a URL can be trusted: https, or http on a loopback address, and without a user name or password.
 *
 * @param namedBy the URL of the server that named it: only a server on this machine may refer us to http on this machine
 */
export function isTrustworthyUrl (text: string, namedBy?: string): boolean {
  return describeUrlMistake(text, namedBy) === null
}
