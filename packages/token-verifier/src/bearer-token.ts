import { TOKEN_VERIFIER_ERR_TOKEN_INVALID } from './errors.js'

const scheme = /^bearer +/i

/**
 * Extracts the token from the `Authorization` header (RFC 6750 §2.1), without checking the token itself.
 *
 * @param header the header's value
 * @param rawHeaders alternating names and values. Needed because `headers` holds only the first of several `Authorization` headers
 * @throws TOKEN_VERIFIER_ERR_TOKEN_INVALID (malformed) for another scheme, and for repeated headers: another reader might use the other one
 */
export function bearerToken (header: string, rawHeaders: readonly string[]): string {
  const match = scheme.exec(header)
  if (match === null || isAuthorizationRepeated(rawHeaders)) throw new TOKEN_VERIFIER_ERR_TOKEN_INVALID('malformed')
  return header.slice(match[0].length)
}

/**
 * Whether a request has two `Authorization` headers, of which another reader may take the other.
 *
 * @param rawHeaders names and values as they came, by turns
 */
export function isAuthorizationRepeated (rawHeaders: readonly string[]): boolean {
  let found = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    // Compares the length first, because this runs for every request.
    if (name.length === 13 && name.toLowerCase() === 'authorization') found++
  }
  return found > 1
}
