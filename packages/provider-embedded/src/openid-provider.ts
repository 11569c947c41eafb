import type { ProviderLog } from '@latchkey/identity-provider'
import { Provider } from 'oidc-provider'
import { resumeOnlyHere } from './begun-sign-ins.js'
import { AWAY_SECONDS } from './database-failure.js'
import { allowUrlsOfProfiles } from './openid-client.js'
import { configurationOf, type ConfigurationParts } from './openid-configuration.js'
import { refuseNetwork, TooManyRequests } from './openid-pages.js'
import { leaveByForm, limitSignOuts, signOutNobody, switchAccounts, type EndBrowserSession } from './sign-out.js'

export interface OpenIdProviderConfig extends ConfigurationParts {
  /** Marks a refresh token as unused again, after a request that started at `since` has failed. */
  readonly takeBackUse: (refreshToken: string, since: number) => Promise<void>
  readonly endBrowserSession: EndBrowserSession
  readonly log: ProviderLog
}

/**
 * The OpenID provider with one set of signing keys. It holds no state, so that a new one can replace it when the keys
 * change.
 */
export function createOpenIdProvider (config: OpenIdProviderConfig): Provider {
  const provider = new Provider(config.issuer, configurationOf(config))
  // Trusts the X-Forwarded headers, which `seenFromOutside` sets from the public URL.
  provider.proxy = true
  provider.use(letRepeat(config))
  provider.use(resumeOnlyHere(config.begunSignIns))
  provider.use(limitSignOuts(config.limits, ctx => { refuseNetwork(ctx, undefined, new TooManyRequests(), config) }))
  provider.use(signOutNobody(config.pages.signedOut))
  provider.use(leaveByForm())
  provider.use(switchAccounts(config.endBrowserSession))
  allowUrlsOfProfiles(provider, config.profiles, config.legacyCallback)
  provider.on('server_error', (_ctx, error) => { config.log.error({ err: error }, 'The OpenID provider failed') })
  return provider
}

/** Lets clients repeat a request that failed: it tells them when, and a refresh token that they sent is unused again. */
function letRepeat ({ takeBackUse }: OpenIdProviderConfig): Parameters<Provider['use']>[0] {
  return async (ctx, next) => {
    const begun = Date.now()
    await next()
    if (ctx.status === 503) ctx.set('retry-after', String(AWAY_SECONDS))
    const refreshToken = ctx.status >= 500 ? ctx.oidc?.params?.refresh_token : undefined
    if (typeof refreshToken !== 'string') return
    try {
      // Undoes a rotation, since the client never received the new token.
      const { RotatedRefreshToken: used, RefreshToken: made } = ctx.oidc.entities
      if (used !== undefined) await made?.destroy()
      await takeBackUse(refreshToken, begun)
    } catch {
      // If the database is still unavailable, the token stays used. The failure is already logged.
    }
  }
}
