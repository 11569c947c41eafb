import { AUTH_PROFILES_ERR_INVALID_PROFILE } from './errors.js'

/**
 * Refuses addresses that the server of a production app would be made to ask on its own machine. Adapters themselves see
 * to it that whatever else they ask is https.
 *
 * @throws AUTH_PROFILES_ERR_INVALID_PROFILE
 */
export function assertAllowedUrls (options: Readonly<Record<string, unknown>>, production: boolean): void {
  if (!production) return
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === 'string' && /^\s*http:/i.test(value)) throw new AUTH_PROFILES_ERR_INVALID_PROFILE({ options: `${name} must begin with https://` })
  }
}
