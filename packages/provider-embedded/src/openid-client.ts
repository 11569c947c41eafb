import type { ClientMetadata } from 'oidc-provider'
import type { Profile } from './profiles.js'

/** Every address that codes may be sent to. @param legacyCallback where the legacy routes have their codes sent */
export function callbacksOf (profile: Profile, legacyCallback: string): readonly string[] {
  return profile.legacyImplicit ? [...profile.callbackUrls, legacyCallback] : profile.callbackUrls
}

/**
 * The OpenID client that a profile is: public, so PKCE takes the place of a secret. One that sends codes to an app on a device (`com.example.app:/callback`)
 * is native, and people are asked each time on the way there: any app can claim such an address.
 *
 * A client has addresses of its kind alone: `oidc-provider` takes no other for a native one, and would have none of the client, where the profile may well
 * have both, and is allowed those of the whole app. Which addresses are allowed, the profile says: see `createOpenIdProvider`.
 */
export function toClient (profile: Profile, legacyCallback: string): ClientMetadata {
  const callbacks = callbacksOf(profile, legacyCallback)
  const native = !callbacks.every(isWeb)
  const ofItsKind = (text: string): boolean => isWeb(text) !== native
  return {
    client_id: profile.clientId,
    client_name: profile.brandName,
    token_endpoint_auth_method: 'none',
    application_type: native ? 'native' : 'web',
    redirect_uris: callbacks.filter(ofItsKind),
    post_logout_redirect_uris: profile.logoutUrls.filter(ofItsKind),
    // By it a refreshed token is known to be of the same sign-in.
    require_auth_time: true,
    response_types: callbacks.length > 0 ? ['code'] : [],
    grant_types: callbacks.length > 0 ? ['authorization_code', 'refresh_token'] : ['refresh_token']
  }
}

/** Whether an address is a site's, and not one that any app on a device can claim. */
export function isWeb (text: string): boolean {
  return /^https?:/i.test(text)
}
