import type { AdapterFactory, Client, Configuration, Grant, KoaContextWithOIDC } from 'oidc-provider'
import { claimsOf } from './account-claims.js'
import type { AccountLimits } from './account-limits.js'
import type { Accounts } from './accounts.js'
import { RESUME_COOKIE, type BegunSignIns } from './begun-sign-ins.js'
import { limitedPolicy } from './interaction-policy.js'
import { callbacksOf } from './openid-client.js'
import { clientIdOf, showError, type PagesParts } from './openid-pages.js'
import type { Profiles } from './profiles.js'
import { withSecretOfSession, withWayBack } from './sign-out.js'
import type { SigningKey } from './signing-keys.js'

export const INTERACTION_SECONDS = 60 * 60
/** Signing out stores a session even for a browser that isn't signed in. */
const NOBODYS_SESSION_SECONDS = 10 * 60
/** A sign-in ends after this, however often it is refreshed. */
const GRANT_SECONDS = 365 * 24 * 60 * 60

export interface ConfigurationParts extends PagesParts {
  readonly keys: readonly SigningKey[]
  /** The first one signs; the others are earlier ones. */
  readonly cookieKeys: readonly string[]
  /** A secret for a session's sign-out forms, given the session's `uid`. */
  readonly signOutSecret: (uid: string) => string
  readonly records: AdapterFactory
  readonly accounts: Accounts
  readonly limits: AccountLimits
  readonly begunSignIns: BegunSignIns
  readonly profiles: Profiles
  readonly tokenSeconds: number
  readonly refreshTokenSeconds: number
  /** The redirect URI of the legacy routes, which get no refresh tokens. */
  readonly legacyCallback: string
}

/** What `oidc-provider` is to do and how long things last; its defaults hold for the rest. */
export function configurationOf (parts: ConfigurationParts): Configuration {
  const { issuer, accounts, begunSignIns, profiles, pages, tokenSeconds, refreshTokenSeconds, legacyCallback } = parts
  const secure = issuer.startsWith('https:')
  const cookie = { httpOnly: true, sameSite: 'lax', signed: true, secure } as const
  return {
    adapter: parts.records,
    jwks: { keys: [...parts.keys] },
    cookies: {
      keys: [...parts.cookieKeys],
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
        logoutSource: (ctx, form) => { ctx.body = pages.logout(clientIdOf(ctx), withWayBack(ctx, withSecretOfSession(ctx, form, parts.signOutSecret))) },
        postLogoutSuccessSource: ctx => { ctx.body = pages.signedOut(clientIdOf(ctx)) }
      }
    },
    ttl: {
      AccessToken: tokenSeconds,
      IdToken: tokenSeconds,
      AuthorizationCode: 60,
      RefreshToken: refreshTokenSeconds,
      // Tokens from the hosted pages end with the browser's session, unless the person agreed to offline_access.
      Session: (_ctx, session) => session.accountId === undefined ? NOBODYS_SESSION_SECONDS : refreshTokenSeconds,
      Interaction: INTERACTION_SECONDS,
      Grant: GRANT_SECONDS
    },
    rotateRefreshToken: true,
    issueRefreshToken: (ctx, client, { scopes }) => getsRefreshToken(ctx, client, scopes, parts),
    // `null` is the origin of sandboxed frames, and what `URL` gives for the address of an app on a device.
    clientBasedCORS: (_ctx, origin, { clientId }) => origin !== 'null' && callbacksOf(profiles.findByClientId(clientId), legacyCallback).some(uri => URL.parse(uri)?.origin === origin),
    findAccount: async (_ctx, id) => {
      const account = await accounts.findById(id)
      return account?.emailVerified === true ? { accountId: account.id, claims: () => claimsOf(account) } : undefined
    },
    interactions: {
      policy: limitedPolicy(parts.limits),
      url: (ctx, { uid }) => {
        ctx.append('set-cookie', begunSignIns.cookiesFor(ctx.get('cookie'), uid))
        return `${issuer}/interaction/${uid}`
      }
    },
    loadExistingGrant: async ctx => await loadGrant(ctx, profiles),
    renderError: async (ctx, out, error) => { await showError(ctx, out, error, parts) }
  }
}

function getsRefreshToken ({ oidc }: KoaContextWithOIDC, client: Client, scopes: ReadonlySet<string>, { profiles, legacyCallback }: ConfigurationParts): boolean {
  if (!client.grantTypeAllowed('refresh_token') || oidc.params?.redirect_uri === legacyCallback) return false
  return profiles.findByClientId(client.clientId)?.consent === false || scopes.has('offline_access')
}

/** What the person has let the client have. */
async function loadGrant ({ oidc: { client, session, params, account, provider, result } }: KoaContextWithOIDC, profiles: Profiles): Promise<Grant | undefined> {
  if (client === undefined || session === undefined || account === undefined) return undefined
  const granted = result?.consent?.grantId ?? session.grantIdFor(client.clientId)
  const existing = granted === undefined ? undefined : await provider.Grant.find(granted)
  if (profiles.findByClientId(client.clientId)?.consent !== false) return existing
  // First-party apps need no consent. One grant per browser and app is the family of its refresh tokens, which signing out ends.
  const grant = existing ?? new provider.Grant({ accountId: account.accountId, clientId: client.clientId })
  grant.addOIDCScope(String(params?.scope ?? 'openid'))
  await grant.save()
  return grant
}
