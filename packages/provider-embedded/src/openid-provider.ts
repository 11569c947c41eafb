import type { ProviderLog } from '@latchkey/identity-provider'
import { errors, interactionPolicy, Provider, type AccountClaims, type AdapterFactory, type Configuration, type KoaContextWithOIDC } from 'oidc-provider'
import { RETRY_AFTER_SECONDS, type AccountLimits } from './account-limits.js'
import type { Account, Accounts } from './accounts.js'
import type { BegunSignIns } from './begun-sign-ins.js'
import { AWAY_SECONDS } from './database-failure.js'
import { callbacksOf, isWeb } from './openid-client.js'
import type { Profiles } from './profiles.js'
import { isSignedOutAlready, leaveByForm, signOutNobody, switchAccounts, wayBackOf, withSecretOfSession, withWayBack, type EndBrowserSession } from './sign-out.js'
import type { SigningKey } from './signing-keys.js'

/** The scopes that every first-party client gets. */
export const SCOPES = 'openid email profile offline_access'
export const INTERACTION_SECONDS = 60 * 60
const RESUME_COOKIE = 'latchkey_resume'
/** Signing out stores a session even for a browser that isn't signed in. */
const NOBODYS_SESSION_SECONDS = 10 * 60
/** A sign-in ends after this, however often it is refreshed. */
const GRANT_SECONDS = 365 * 24 * 60 * 60

/** A client network has started too many sign-ins or sign-outs. The browser shows this; it isn't redirected to the app. */
class TooManyRequests extends errors.TemporarilyUnavailable {
  override allow_redirect = false
  constructor () {
    super('too many requests')
    this.status = this.statusCode = 429
  }
}

/** The pages that `oidc-provider` shows itself, as complete documents. */
export interface ProviderPages {
  error (clientId: string | undefined, error: { error: string, error_description?: string | undefined }): string
  logout (clientId: string | undefined, form: string): string
  signedOut (clientId: string | undefined): string
}

export interface OpenIdProviderConfig {
  readonly issuer: string
  readonly keys: readonly SigningKey[]
  /** The first one signs; the others are earlier ones. */
  readonly cookieKeys: readonly string[]
  /** A secret for a session's sign-out forms, given the session's `uid`. */
  readonly signOutSecret: (uid: string) => string
  readonly endBrowserSession: EndBrowserSession
  readonly records: AdapterFactory
  readonly accounts: Accounts
  readonly limits: AccountLimits
  readonly begunSignIns: BegunSignIns
  readonly profiles: Profiles
  readonly pages: ProviderPages
  readonly log: ProviderLog
  readonly tokenSeconds: number
  readonly refreshTokenSeconds: number
  /** The redirect URI of the legacy routes, which get no refresh tokens. */
  readonly legacyCallback: string
  /** Marks a refresh token as unused again, after a request that started at `since` has failed. */
  readonly takeBackUse: (refreshToken: string, since: number) => Promise<void>
  /** Receives the error when a client network is refused. */
  readonly refused: (error: unknown) => void
}

/**
 * The OpenID provider with one set of signing keys. It holds no state, so that a new one can replace it when the keys
 * change.
 */
export function createOpenIdProvider (config: OpenIdProviderConfig): Provider {
  const { accounts, limits, begunSignIns, profiles, pages, tokenSeconds, legacyCallback } = config
  const secure = config.issuer.startsWith('https:')
  const cookie = { httpOnly: true, sameSite: 'lax', signed: true, secure } as const
  const callbacks = (clientId: string): readonly string[] => {
    const profile = profiles.findByClientId(clientId)
    return profile === undefined ? [] : callbacksOf(profile, legacyCallback)
  }
  const clientIdOf = (ctx: KoaContextWithOIDC) => ctx.oidc.client?.clientId
  const configuration: Configuration = {
    adapter: config.records,
    jwks: { keys: [...config.keys] },
    cookies: {
      keys: [...config.cookieKeys],
      // The prefix prevents sibling domains from setting the cookie and signing someone in as someone else (RFC 6265bis §4.1.3).
      names: { session: secure ? '__Host-latchkey_session' : 'latchkey_session', interaction: 'latchkey_interaction', resume: RESUME_COOKIE },
      long: cookie,
      short: cookie
    },
    scopes: ['openid', 'offline_access'],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'given_name', 'family_name'] },
    // ID tokens contain the claims, because the API is called with ID tokens.
    conformIdTokenClaims: false,
    responseTypes: ['code'],
    clientAuthMethods: ['none'],
    // Without this, clients take it for `client_secret_basic` (RFC 8414 §2).
    discovery: { revocation_endpoint_auth_methods_supported: ['none'] },
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      // Pushed requests (RFC 9126) would store requests from anyone, and clients without a secret gain nothing from them.
      pushedAuthorizationRequests: { enabled: false },
      revocation: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => { ctx.body = pages.logout(clientIdOf(ctx), withWayBack(ctx, withSecretOfSession(ctx, form, config.signOutSecret))) },
        postLogoutSuccessSource: ctx => { ctx.body = pages.signedOut(clientIdOf(ctx)) }
      }
    },
    ttl: {
      AccessToken: tokenSeconds,
      IdToken: tokenSeconds,
      AuthorizationCode: 60,
      RefreshToken: config.refreshTokenSeconds,
      // Tokens from the hosted pages end with the browser's session, unless the person agreed to offline_access.
      Session: (_ctx, session) => session.accountId === undefined ? NOBODYS_SESSION_SECONDS : config.refreshTokenSeconds,
      Interaction: INTERACTION_SECONDS,
      Grant: GRANT_SECONDS
    },
    rotateRefreshToken: true,
    issueRefreshToken: (ctx, client, source) => {
      if (!client.grantTypeAllowed('refresh_token') || ctx.oidc.params?.redirect_uri === legacyCallback) return false
      return profiles.findByClientId(client.clientId)?.consent === false || source.scopes.has('offline_access')
    },
    // `null` is the origin of sandboxed frames, and what `URL` gives for the address of an app on a device.
    clientBasedCORS: (_ctx, origin, { clientId }) => origin !== 'null' && callbacks(clientId).some(uri => URL.parse(uri)?.origin === origin),
    findAccount: async (_ctx, id) => {
      const account = await accounts.findById(id)
      return account?.emailVerified === true ? { accountId: account.id, claims: () => claimsOf(account) } : undefined
    },
    interactions: {
      policy: limitedPolicy(limits),
      url: (ctx, { uid }) => {
        ctx.append('set-cookie', begunSignIns.cookiesFor(ctx.get('cookie'), uid))
        return `${config.issuer}/interaction/${uid}`
      }
    },
    loadExistingGrant: async ctx => {
      const { client, session, params, account, provider } = ctx.oidc
      if (client === undefined || session === undefined || account === undefined) return undefined
      const granted = ctx.oidc.result?.consent?.grantId ?? session.grantIdFor(client.clientId)
      const existing = granted === undefined ? undefined : await provider.Grant.find(granted)
      if (profiles.findByClientId(client.clientId)?.consent !== false) return existing
      // First-party apps need no consent. One grant per browser and app is the family of its refresh tokens, which signing out ends.
      const grant = existing ?? new provider.Grant({ accountId: account.accountId, clientId: client.clientId })
      grant.addOIDCScope(String(params?.scope ?? 'openid'))
      await grant.save()
      return grant
    },
    renderError: async (ctx, out, error) => {
      const tooLate = error instanceof errors.SessionNotFound ? finishedSignIn(ctx) : undefined
      if (tooLate !== undefined) {
        ctx.status = 303
        ctx.redirect(`${config.issuer}/interaction/${tooLate}/finished`)
        return
      }
      ctx.type = 'html'
      if (isSignedOutAlready(ctx)) {
        const back = await wayBackOf(ctx)
        if (back !== undefined) {
          ctx.status = 303
          ctx.redirect(back)
          return
        }
        ctx.status = 200
        ctx.body = pages.signedOut(clientIdOf(ctx))
        return
      }
      if (ctx.status === 429) {
        config.refused(error)
        ctx.set('retry-after', String(RETRY_AFTER_SECONDS))
      }
      ctx.body = pages.error(clientIdOf(ctx), ctx.status === 429 ? { error: 'too_many_requests' } : out)
    }
  }
  /** Undoes a rotation when the request failed after it, since the client never received the new token. */
  const takeBack = async ({ RotatedRefreshToken: used, RefreshToken: made }: KoaContextWithOIDC['oidc']['entities'], refreshToken: string, begun: number) => {
    if (used !== undefined) await made?.destroy()
    await config.takeBackUse(refreshToken, begun)
  }
  const provider = new Provider(config.issuer, configuration)
  // Trusts the X-Forwarded headers, which `seenFromOutside` sets from the public URL.
  provider.proxy = true
  provider.use(async (ctx, next) => {
    const begun = Date.now()
    await next()
    if (ctx.status === 503) ctx.set('retry-after', String(AWAY_SECONDS))
    const refreshToken = ctx.status >= 500 ? ctx.oidc?.params?.refresh_token : undefined
    // If the database is still unavailable, the token stays used. The failure is already logged.
    if (typeof refreshToken === 'string') await takeBack(ctx.oidc.entities, refreshToken, begun).catch(() => {})
  })
  // Only the browser that started a sign-in continues it. To any other one, the sign-in doesn't exist.
  provider.use(async (ctx, next) => {
    const { headers } = ctx.req
    const resumed = ctx.cookies.get(RESUME_COOKIE, { signed: true })
    if (resumed !== undefined && !begunSignIns.wasBegunHere(headers.cookie, resumed)) headers.cookie = headers.cookie?.split(/; */).filter(cookie => !cookie.startsWith(`${RESUME_COOKIE}=`)).join('; ')
    await next()
  })
  // Signing out stores a session for every browser, signed in or not, so it is limited too.
  provider.use(async (ctx, next) => {
    // While the database is unavailable, the logout page itself says so and stores nothing.
    const may = !/^\/session\/end\/?$/i.test(ctx.path) || await limits.mayBeginSignOut(ctx.ip).catch(() => true)
    if (may) return await next()
    config.refused(new TooManyRequests())
    ctx.status = 429
    ctx.set('retry-after', String(RETRY_AFTER_SECONDS))
    ctx.type = 'html'
    ctx.body = pages.error(undefined, { error: 'too_many_requests' })
  })
  provider.use(signOutNobody(pages.signedOut))
  provider.use(leaveByForm())
  provider.use(switchAccounts(config.endBrowserSession))
  // Allows exactly the profile's URLs, of either kind. oidc-provider would let native clients vary the port of a loopback address.
  provider.Client.prototype.redirectUriAllowed = function (uri) { return callbacks(this.clientId).includes(uri) }
  provider.Client.prototype.postLogoutRedirectUriAllowed = function (uri) { return profiles.findByClientId(this.clientId)?.logoutUrls.includes(uri) === true }
  provider.on('server_error', (_ctx, error) => { config.log.error({ err: error }, 'The OpenID provider failed') })
  return provider
}

/**
 * The id of a sign-in that a browser returns to after its record is gone. Only the hosted pages receive the cookie that
 * tells whether this browser started it, so they decide what to answer. A sign-in that still exists but doesn't fit the
 * browser's session is an error.
 */
function finishedSignIn ({ oidc, path }: KoaContextWithOIDC): string | undefined {
  return oidc.route === 'resume' && oidc.entities.Interaction === undefined ? /^\/auth\/([\w-]+)$/.exec(path)?.[1] : undefined
}

/** The check with which `oidc-provider` asks the people of a native client every time (RFC 8252 §8.6), whatever the redirect URI. */
const NATIVE_PROMPT = 'native_client_prompt'

/**
 * The interaction policy of `oidc-provider`, with two changes. A sign-in is counted before it is stored. And people are
 * asked every time on the way to an address that any app can claim, but not to other addresses of the same profile.
 */
function limitedPolicy (limits: AccountLimits) {
  const policy = interactionPolicy.base()
  const login = policy.get('login')
  if (login === undefined) return policy
  const { details } = login
  login.details = async ctx => {
    // With prompt=none the request ends here and nothing is stored.
    if (!ctx.oidc.promptPending('none') && !await limits.mayBeginSignIn(ctx.ip)) throw new TooManyRequests()
    return await details(ctx)
  }
  const consent = policy.get('consent')
  consent?.checks.remove(NATIVE_PROMPT)
  consent?.checks.add(new interactionPolicy.Check(NATIVE_PROMPT, 'native apps need the user to confirm every sign-in', 'interaction_required', ({ oidc }) =>
    !isWeb(String(oidc.params?.redirect_uri)) && oidc.result?.consent === undefined ? interactionPolicy.Check.REQUEST_PROMPT : interactionPolicy.Check.NO_NEED_TO_PROMPT))
  return policy
}

/** The claims of an account, without those it has no value for. */
export function claimsOf (account: Account): AccountClaims {
  const name = [account.firstName, account.lastName].filter(Boolean).join(' ')
  return {
    sub: account.id,
    email: account.email,
    email_verified: account.emailVerified,
    ...(name === '' ? {} : { name }),
    ...(account.firstName === null ? {} : { given_name: account.firstName }),
    ...(account.lastName === null ? {} : { family_name: account.lastName })
  }
}
