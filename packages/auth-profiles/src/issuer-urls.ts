import { AUTH_PROFILES_ERR_INVALID_PROFILE } from './errors.js'

/**
 * Refuses plain http addresses in production, which could make the server send requests to its own machine. For all other
 * addresses, the adapters themselves require https.
 *
 * @throws AUTH_PROFILES_ERR_INVALID_PROFILE
 */
export function assertAllowedUrls (options: Readonly<Record<string, unknown>>, production: boolean): void {
  if (!production) return
  for (const [name, value] of Object.entries(options)) {
    // Parsed, because `fetch` ignores control characters before and in the scheme.
    if (typeof value === 'string' && URL.parse(value)?.protocol === 'http:') throw new AUTH_PROFILES_ERR_INVALID_PROFILE({ options: `${name} must begin with https://` })
  }
}
