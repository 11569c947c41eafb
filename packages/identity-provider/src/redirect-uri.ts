import { IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED } from './errors.js'

/**
 * Lets an address pass that the profile lists, compared to the letter. Where it lists none, the provider's own list decides.
 *
 * @throws IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED
 */
export function assertRedirectAllowed (profileId: string, redirectUri: string | undefined, allowed: readonly string[] = []): void {
  if (redirectUri === undefined || allowed.length === 0 || allowed.includes(redirectUri)) return
  throw new IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED(profileId)
}
