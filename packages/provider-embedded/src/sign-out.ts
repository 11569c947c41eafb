import type { IncomingMessage, ServerResponse } from 'node:http'
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { AccountLimits } from './account-limits.js'
import { html } from './html.js'

type Middleware = Parameters<Provider['use']>[0]

/** Signs out the browser that sent a request. Logs why it fails. */
export type EndBrowserSession = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** Whether a browser confirms a sign-out that is done: the button was pressed twice, or the page was open until the session ended. */
export function isSignedOutAlready ({ oidc, status }: KoaContextWithOIDC): boolean {
  const { Session: session } = oidc.entities
  return oidc.route === 'end_session_confirm' && status === 400 && session !== undefined && session.accountId === undefined
}

/**
 * Adds to a sign-out form where its request wants to go afterwards, so that each of several tabs goes back to its own app
 * (RP-Initiated Logout §3). `oidc-provider` remembers only the latest request of a session.
 */
export function withWayBack ({ oidc: { client, params } }: KoaContextWithOIDC, form: string): string {
  const { post_logout_redirect_uri: uri = '', state } = params ?? {}
  const fields = { client_id: client?.clientId ?? '', post_logout_redirect_uri: String(uri), ...(typeof state === 'string' && { state }) }
  const inputs = html`${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}`.toString()
  return form.replace('</form>', end => inputs + end)
}

/** Where a sign-out form leads, if that is still an address of its app. Otherwise `undefined`. */
export async function wayBackOf ({ oidc: { body, provider } }: KoaContextWithOIDC): Promise<string | undefined> {
  const { client_id: clientId, post_logout_redirect_uri: uri, state } = body ?? {}
  if (typeof clientId !== 'string' || typeof uri !== 'string') return undefined
  const client = await provider.Client.find(clientId)
  return client?.postLogoutRedirectUriAllowed(uri) === true ? withState(uri, state) : undefined
}

function withState (uri: string, state: unknown): string {
  const url = new URL(uri)
  if (typeof state === 'string') url.searchParams.set('state', state)
  return url.href
}

/** Makes a confirmed sign-out lead where its own form says. */
export function leaveByForm (): Middleware {
  return async (ctx, next) => {
    await next()
    const { oidc } = ctx as Partial<KoaContextWithOIDC>
    if (oidc?.route !== 'end_session_confirm' || ctx.status !== 303 || oidc.body?.post_logout_redirect_uri === undefined) return
    ctx.redirect(await wayBackOf(ctx as KoaContextWithOIDC) ?? oidc.urlFor('end_session_success'))
  }
}

/**
 * Gives the sign-out forms of one session the same secret, so that each of several tabs can sign out. `oidc-provider` creates
 * one for each form and accepts only the latest.
 *
 * @param secretOf a secret for a session's `uid` that nobody else can compute
 */
export function withSecretOfSession ({ oidc: { session } }: KoaContextWithOIDC, form: string, secretOf: (uid: string) => string): string {
  if (session?.state === undefined) return form
  const secret = secretOf(session.uid)
  const changed = form.replace(String(session.state.secret), secret)
  session.state = { ...session.state, secret }
  return changed
}

/** Signing out stores a session for every browser, signed in or not, so it is limited. */
export function limitSignOuts (limits: AccountLimits, refuse: (ctx: Parameters<Middleware>[0]) => void): Middleware {
  return async (ctx, next) => {
    // While the database is unavailable, the logout page itself says so and stores nothing.
    const may = !/^\/session\/end\/?$/i.test(ctx.path) || await limits.mayBeginSignOut(ctx.ip).catch(() => true)
    if (may) await next()
    else refuse(ctx)
  }
}

/**
 * Answers a sign-out of a browser that is not signed in: it goes back to the app at once. `oidc-provider` would answer with a
 * bare page that submits a form by a script.
 *
 * @param page the page for a browser that goes nowhere
 */
export function signOutNobody (page: (clientId: string | undefined) => string): Middleware {
  return async (ctx, next) => {
    const policy = ctx.response.get('content-security-policy')
    await next()
    const { client, params, route, session } = (ctx.oidc ?? {}) as Partial<KoaContextWithOIDC['oidc']>
    if (route !== 'end_session' || ctx.status !== 200 || session?.accountId !== undefined) return
    // Takes back what allows the script.
    ctx.set('content-security-policy', policy)
    const { post_logout_redirect_uri: back, state } = params ?? {}
    if (typeof back !== 'string') {
      ctx.body = page(client?.clientId)
      return
    }
    ctx.status = 303
    ctx.redirect(withState(back, state))
  }
}

/**
 * Continues a sign-in that ends with another account than the one the browser is signed in with, which is signed out.
 * `oidc-provider` would answer with a bare page that submits a form by a script.
 */
export function switchAccounts (endBrowserSession: EndBrowserSession): Middleware {
  return async (ctx, next) => {
    const policy = ctx.response.get('content-security-policy')
    await next()
    const { oidc, params } = ctx as Partial<KoaContextWithOIDC>
    if (oidc?.route !== 'resume' || ctx.status !== 200) return
    const here = oidc.urlFor('resume', params)
    // Otherwise it is the response to the app, in a form.
    if (oidc.session?.state?.postLogoutRedirectUri !== here) return
    // While the database is unavailable, the bare page stays. What it submits says so.
    if (!await endBrowserSession(ctx.req, ctx.res).then(() => true, () => false)) return
    // Takes back what allows the script.
    ctx.set('content-security-policy', policy)
    ctx.status = 303
    ctx.redirect(here)
  }
}
