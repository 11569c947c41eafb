import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { AccountLimits } from './account-limits.js'

type Middleware = Parameters<Provider['use']>[0]

/** Whether a browser confirms a sign-out that is done: the button was pressed twice, or the page was open until the session ended. */
export function isSignedOutAlready ({ oidc, status }: KoaContextWithOIDC): boolean {
  const { Session: session } = oidc.entities
  return oidc.route === 'end_session_confirm' && status === 400 && session !== undefined && session.accountId === undefined
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
    const url = new URL(back)
    if (typeof state === 'string') url.searchParams.set('state', state)
    ctx.status = 303
    ctx.redirect(url.href)
  }
}
