import { IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED } from './errors.js'

/**
 * Checks that a redirect URI is exactly one that the profile lists. If the profile lists none, the provider's own list decides.
 *
 * @throws IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED
 */
export function assertRedirectAllowed (profileId: string, redirectUri: string | undefined, allowed: readonly string[] = []): void {
  if (redirectUri === undefined || allowed.length === 0 || allowed.includes(redirectUri)) return
  throw new IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED(profileId)
}
