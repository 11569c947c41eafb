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
    if (typeof value === 'string' && /^\s*http:/i.test(value)) throw new AUTH_PROFILES_ERR_INVALID_PROFILE({ options: `${name} must begin with https://` })
  }
}
