import type { ProviderLog } from '@latchkey/identity-provider'
import { errors, interactionPolicy, Provider, type AccountClaims, type AdapterFactory, type Configuration, type KoaContextWithOIDC } from 'oidc-provider'
import { RETRY_AFTER_SECONDS, type AccountLimits } from './account-limits.js'
import type { Account, Accounts } from './accounts.js'
import { AWAY_SECONDS } from './database-failure.js'
import { callbacksOf, isWeb } from './openid-client.js'
import type { Profiles } from './profiles.js'
import type { SigningKey } from './signing-keys.js'

/** The scopes that every first-party client gets. */
export const SCOPES = 'openid email profile offline_access'
const INTERACTION_SECONDS = 60 * 60
/** A browser that nobody has signed in with has a session while it signs out. */
const NOBODYS_SESSION_SECONDS = 10 * 60
/** However often it is refreshed, a sign-in ends after this. */
const GRANT_SECONDS = 365 * 24 * 60 * 60

/** A client network has begun too many sign-ins or sign-outs. It is told so itself, and not the app by a redirect. */
class TooManyRequests extends errors.TemporarilyUnavailable {
  override allow_redirect = false
  constructor () {
    super('too many requests')
    this.status = this.statusCode = 429
  }
}

/** The pages that `oidc-provider` shows itself, as whole documents. */
export interface ProviderPages {
  error (clientId: string | undefined, error: { error: string, error_description?: string | undefined }): string
  logout (clientId: string | undefined, form: string): string
  signedOut (clientId: string | undefined): string
}

export interface OpenIdProviderConfig {
  readonly issuer: string
  readonly keys: readonly SigningKey[]
  /** The first one signs; the others are those of before. */
  readonly cookieKeys: readonly string[]
  readonly records: AdapterFactory
  readonly accounts: Accounts
  readonly limits: AccountLimits
  readonly profiles: Profiles
  readonly pages: ProviderPages
  readonly log: ProviderLog
  readonly tokenSeconds: number
  readonly refreshTokenSeconds: number
  /** The redirect URI of the legacy routes, which have no use for refresh tokens. */
  readonly legacyCallback: string
  /** Takes back that a refresh token was used, by a request that began then and has failed. */
  readonly takeBackUse: (refreshToken: string, since: number) => Promise<void>
  /** Told of the error where a client network is refused. */
  readonly refused: (error: unknown) => void
}

/**
 * The OpenID provider with one set of signing keys. It keeps nothing itself, so that a new one can take its place
 * when the keys change.
 */
export function createOpenIdProvider (config: OpenIdProviderConfig): Provider {
  const { accounts, limits, profiles, pages, tokenSeconds, legacyCallback } = config
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
      // A site on a neighbouring name cannot set a cookie of this prefix, and so sign somebody in as somebody else (RFC 6265bis §4.1.3).
      names: { session: secure ? '__Host-latchkey_session' : 'latchkey_session', interaction: 'latchkey_interaction', resume: 'latchkey_resume' },
      long: cookie,
      short: cookie
    },
    scopes: ['openid', 'offline_access'],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'given_name', 'family_name'] },
    // ID tokens carry the claims: they are what the API is called with.
    conformIdTokenClaims: false,
    responseTypes: ['code'],
    clientAuthMethods: ['none'],
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      // Would have the requests of anybody stored (RFC 9126); clients without a secret gain nothing by it.
      pushedAuthorizationRequests: { enabled: false },
      revocation: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => { ctx.body = pages.logout(clientIdOf(ctx), form) },
        postLogoutSuccessSource: ctx => { ctx.body = pages.signedOut(clientIdOf(ctx)) }
      }
    },
    ttl: {
      AccessToken: tokenSeconds,
      IdToken: tokenSeconds,
      AuthorizationCode: 60,
      RefreshToken: config.refreshTokenSeconds,
      // Tokens of the hosted pages end with the browser's session, unless offline_access was agreed to.
      Session: (_ctx, session) => session.accountId === undefined ? NOBODYS_SESSION_SECONDS : config.refreshTokenSeconds,
      Interaction: INTERACTION_SECONDS,
      Grant: GRANT_SECONDS
    },
    rotateRefreshToken: true,
    issueRefreshToken: (ctx, client, source) => {
      if (!client.grantTypeAllowed('refresh_token') || ctx.oidc.params?.redirect_uri === legacyCallback) return false
      return profiles.findByClientId(client.clientId)?.consent === false || source.scopes.has('offline_access')
    },
    clientBasedCORS: (_ctx, origin, { clientId }) => callbacks(clientId).some(uri => URL.parse(uri)?.origin === origin),
    findAccount: async (_ctx, id) => {
      const account = await accounts.findById(id)
      return account?.emailVerified === true ? { accountId: account.id, claims: () => claimsOf(account) } : undefined
    },
    interactions: { policy: limitedPolicy(limits), url: (_ctx, interaction) => `${config.issuer}/interaction/${interaction.uid}` },
    loadExistingGrant: async ctx => {
      const { client, session, params, account, provider } = ctx.oidc
      if (client === undefined || session === undefined || account === undefined) return undefined
      const granted = ctx.oidc.result?.consent?.grantId ?? session.grantIdFor(client.clientId)
      const existing = granted === undefined ? undefined : await provider.Grant.find(granted)
      if (profiles.findByClientId(client.clientId)?.consent !== false) return existing
      // An app of one's own: nobody is asked. One grant per browser and app is the family of its refresh tokens, which signing out ends.
      const grant = existing ?? new provider.Grant({ accountId: account.accountId, clientId: client.clientId })
      grant.addOIDCScope(String(params?.scope ?? 'openid'))
      await grant.save()
      return grant
    },
    renderError: (ctx, out, error) => {
      const tooLate = error instanceof errors.SessionNotFound ? finishedSignIn(ctx) : undefined
      if (tooLate !== undefined) {
        ctx.status = 303
        ctx.redirect(`${config.issuer}/interaction/${tooLate}/finished`)
        return
      }
      ctx.type = 'html'
      if (ctx.status === 429) {
        config.refused(error)
        ctx.set('retry-after', String(RETRY_AFTER_SECONDS))
      }
      ctx.body = pages.error(clientIdOf(ctx), ctx.status === 429 ? { error: 'too_many_requests' } : out)
    }
  }
  /** Nobody gets the token that was made for the one that was used, and then something else failed. */
  const takeBack = async ({ RotatedRefreshToken: used, RefreshToken: made }: KoaContextWithOIDC['oidc']['entities'], refreshToken: string, begun: number) => {
    if (used !== undefined) await made?.destroy()
    await config.takeBackUse(refreshToken, begun)
  }
  const provider = new Provider(config.issuer, configuration)
  // Which requests came over TLS is known from the public URL; the mount says so in the header that this trusts.
  provider.proxy = true
  provider.use(async (ctx, next) => {
    const begun = Date.now()
    await next()
    if (ctx.status === 503) ctx.set('retry-after', String(AWAY_SECONDS))
    const refreshToken = ctx.status >= 500 ? ctx.oidc?.params?.refresh_token : undefined
    // Where the database is still away it stays used, which is in the log.
    if (typeof refreshToken === 'string') await takeBack(ctx.oidc.entities, refreshToken, begun).catch(() => {})
  })
  // Signing out keeps a session of whoever does it, signed in or not.
  provider.use(async (ctx, next) => {
    // While the database is away the logout page itself says so, and keeps nothing.
    const may = !/^\/session\/end\/?$/i.test(ctx.path) || await limits.mayBeginSignOut(ctx.ip).catch(() => true)
    if (may) return await next()
    config.refused(new TooManyRequests())
    ctx.status = 429
    ctx.set('retry-after', String(RETRY_AFTER_SECONDS))
    ctx.type = 'html'
    ctx.body = pages.error(undefined, { error: 'too_many_requests' })
  })
  // Exactly the profile's URLs, whatever kind they are of, where oidc-provider would let a native client vary the port of a loopback address.
  provider.Client.prototype.redirectUriAllowed = function (uri) { return callbacks(this.clientId).includes(uri) }
  provider.Client.prototype.postLogoutRedirectUriAllowed = function (uri) { return profiles.findByClientId(this.clientId)?.logoutUrls.includes(uri) === true }
  provider.on('server_error', (_ctx, error) => { config.log.error({ err: error }, 'The OpenID provider failed') })
  return provider
}

/**
 * The sign-in that a browser comes back to when nothing is left of it. The cookie that says whether it began here is sent to the hosted pages alone: they
 * know what to answer. One that is there still, and does not fit the browser's session, is an error.
 */
function finishedSignIn ({ oidc, path }: KoaContextWithOIDC): string | undefined {
  return oidc.route === 'resume' && oidc.entities.Interaction === undefined ? /^\/auth\/([\w-]+)$/.exec(path)?.[1] : undefined
}

/** The check of `oidc-provider` that asks people of a native client each time (RFC 8252 §8.6), wherever they are sent to. */
const NATIVE_PROMPT = 'native_client_prompt'

/**
 * What `oidc-provider` asks people for, where a sign-in is counted before it is kept, and where they are asked each time on the way to an address that any app
 * can claim, and not to the others of the same profile.
 */
function limitedPolicy (limits: AccountLimits) {
  const policy = interactionPolicy.base()
  const login = policy.get('login')
  if (login === undefined) return policy
  const { details } = login
  login.details = async ctx => {
    // Without a prompt it ends here, and nothing is kept.
    if (!ctx.oidc.promptPending('none') && !await limits.mayBeginSignIn(ctx.ip)) throw new TooManyRequests()
    return await details(ctx)
  }
  const consent = policy.get('consent')
  consent?.checks.remove(NATIVE_PROMPT)
  consent?.checks.add(new interactionPolicy.Check(NATIVE_PROMPT, 'people are asked before an app on a device gets a token', 'interaction_required', ({ oidc }) =>
    !isWeb(String(oidc.params?.redirect_uri)) && oidc.result?.consent === undefined ? interactionPolicy.Check.REQUEST_PROMPT : interactionPolicy.Check.NO_NEED_TO_PROMPT))
  return policy
}

/** The claims of an account; what it does not have is left out. */
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
