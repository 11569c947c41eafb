import type { ClientMetadata, Provider } from 'oidc-provider'
import type { Profile, Profiles } from './profiles.js'

/** All redirect URIs of a profile, if there is one. @param legacyCallback the redirect URI that the legacy routes use */
export function callbacksOf (profile: Profile | undefined, legacyCallback: string): readonly string[] {
  if (profile === undefined) return []
  return profile.legacyImplicit ? [...profile.callbackUrls, legacyCallback] : profile.callbackUrls
}

/**
 * The OpenID client of a profile: a public client, so PKCE takes the place of a secret. If it sends codes to an app on a
 * device (`com.example.app:/callback`), it is a native client, and people are asked at every sign-in on the way there,
 * because any app can claim such an address.
 *
 * The client lists only addresses of its own kind, because `oidc-provider` rejects native clients with certain web addresses.
 * A profile can have both kinds, as well as the addresses that are allowed for all profiles. Those are checked against
 * the profile instead: see `allowUrlsOfProfiles`.
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
    // Shows that a refreshed token belongs to the same sign-in.
    require_auth_time: true,
    response_types: callbacks.length > 0 ? ['code'] : [],
    grant_types: callbacks.length > 0 ? ['authorization_code', 'refresh_token'] : ['refresh_token']
  }
}

/** Allows exactly the profile's URLs, of either kind. `oidc-provider` would let native clients vary the port of a loopback address. */
export function allowUrlsOfProfiles ({ Client }: Provider, profiles: Profiles, legacyCallback: string): void {
  Client.prototype.redirectUriAllowed = function (uri) { return callbacksOf(profiles.findByClientId(this.clientId), legacyCallback).includes(uri) }
  Client.prototype.postLogoutRedirectUriAllowed = function (uri) { return profiles.findByClientId(this.clientId)?.logoutUrls.includes(uri) === true }
}

/** Whether an address belongs to a web site, rather than being one that any app on a device can claim. */
export function isWeb (text: string): boolean {
  return /^https?:/i.test(text)
}
