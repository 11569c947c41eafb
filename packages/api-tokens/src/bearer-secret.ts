import { PREFIX } from './secret.js'

/** Only looks at the first characters, because it runs for every request, and most have a longer ID token. */
const start = new RegExp(`^bearer +(?=${PREFIX})`, 'i')

/**
 * Extracts the secret from the `Authorization` header (RFC 6750 §2.1). Checks only its prefix.
 *
 * @returns `null` if the header has no API token
 */
export function bearerSecret (header: string | undefined): string | null {
  if (header === undefined) return null
  const match = start.exec(header)
  if (match === null) return null
  const secret = header.slice(match[0].length)
  // The scheme is case-insensitive, the prefix is not.
  return secret.startsWith(PREFIX) ? secret : null
}

/**
 * Whether a request has several `Authorization` headers: another reader might use another one.
 *
 * @param rawHeaders alternating names and values. Needed because `headers` has only the first of several
 */
export function isRepeated (rawHeaders: readonly string[]): boolean {
  return rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'authorization').length > 1
}
