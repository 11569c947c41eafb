import type { ProviderPages } from '../openid-pages.js'
import type { Profiles } from '../profiles.js'
import { NO_BRAND } from './layout.js'
import { logoutPage, messagePage, TOO_MANY, UNAVAILABLE } from './other-pages.js'

const texts = new Map([['temporarily_unavailable', UNAVAILABLE], ['too_many_requests', TOO_MANY]])

/** The pages that `oidc-provider` shows itself, with the branding of the profile they are for. */
export function providerPages (profiles: Profiles): ProviderPages {
  const brandOf = (clientId: string | undefined) => profiles.findByClientId(clientId ?? '') ?? profiles.first() ?? NO_BRAND
  return {
    error (clientId, { error, error_description: description }) {
      const text = texts.get(error)
      if (text !== undefined) return messagePage(brandOf(clientId), ...text)
      return messagePage(brandOf(clientId), 'This request can’t be completed',
        'The app that sent you here made an invalid request. Go back to the app and try again.',
        { forDevelopers: description === undefined ? error : `${error} (${description})` })
    },
    logout: (clientId, form) => logoutPage(brandOf(clientId), form),
    signedOut: clientId => messagePage(brandOf(clientId), 'You’re signed out', 'You can close this page.')
  }
}
