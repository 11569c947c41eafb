import { PREFIX } from './secret.js'

/** Looks at the first characters only: this runs for every request, most of which bring a longer ID token. */
const start = new RegExp(`^bearer +(?=${PREFIX})`, 'i')

/**
 * Takes the secret out of the `Authorization` header (RFC 6750 §2.1). What it looks like after its prefix is not checked here.
 *
 * @param header the header's value, or nothing
 * @returns `null` where the header has no API token
 */
export function bearerSecret (header: string | undefined): string | null {
  if (header === undefined) return null
  const match = start.exec(header)
  if (match === null) return null
  const secret = header.slice(match[0].length)
  // The scheme is written in any case, the prefix is not.
  return secret.startsWith(PREFIX) ? secret : null
}

/**
 * Whether a request has two `Authorization` headers, of which another reader may take the other.
 *
 * @param rawHeaders names and values as they came, by turns: Node gives the first of several only
 */
export function isRepeated (rawHeaders: readonly string[]): boolean {
  return rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'authorization').length > 1
}
