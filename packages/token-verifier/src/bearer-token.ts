import { TOKEN_VERIFIER_ERR_TOKEN_INVALID } from './errors.js'

const scheme = /^bearer +/i

/**
 * Takes the token out of the `Authorization` header (RFC 6750 §2.1). What the token looks like is not checked here.
 *
 * @param header the header's value
 * @param rawHeaders names and values as they came, by turns: Node gives the first of several `Authorization` headers only
 * @throws TOKEN_VERIFIER_ERR_TOKEN_INVALID (malformed) for another scheme, and for two headers, of which another reader may take the other
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
    // The length first: this runs for every request.
    if (name.length === 13 && name.toLowerCase() === 'authorization') found++
  }
  return found > 1
}
