import type { ProviderPages } from '../openid-provider.js'
import type { Profiles } from '../profiles.js'
import { NO_BRAND } from './layout.js'
import { logoutPage, messagePage, TOO_MANY, UNAVAILABLE } from './other-pages.js'

const texts = new Map([['temporarily_unavailable', UNAVAILABLE], ['too_many_requests', TOO_MANY]])

/** The pages that the OpenID provider shows itself, in the clothes of the profile they are for. */
export function providerPages (profiles: Profiles): ProviderPages {
  const brandOf = (clientId: string | undefined) => profiles.findByClientId(clientId ?? '') ?? profiles.first() ?? NO_BRAND
  return {
    error (clientId, { error, error_description: description }) {
      const text = texts.get(error)
      if (text !== undefined) return messagePage(brandOf(clientId), ...text)
      return messagePage(brandOf(clientId), 'This sign-in cannot go on',
        'The app that sent you here asked for something that is not possible. Go back to it and try again.',
        { forDevelopers: description === undefined ? error : `${error} (${description})` })
    },
    logout: (clientId, form) => logoutPage(brandOf(clientId), form),
    signedOut: clientId => messagePage(brandOf(clientId), 'You are signed out', 'You can close this page.')
  }
}
