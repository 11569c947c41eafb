import { errors, type ErrorOut, type KoaContextWithOIDC } from 'oidc-provider'
import { RETRY_AFTER_SECONDS } from './account-limits.js'
import { isSignedOutAlready, wayBackOf } from './sign-out.js'

/** The pages that `oidc-provider` shows itself, as complete documents. */
export interface ProviderPages {
  error (clientId: string | undefined, error: { error: string, error_description?: string | undefined }): string
  logout (clientId: string | undefined, form: string): string
  signedOut (clientId: string | undefined): string
}

/** A client network has started too many sign-ins or sign-outs. The browser shows this; it isn't redirected to the app. */
export class TooManyRequests extends errors.TemporarilyUnavailable {
  override allow_redirect = false
  constructor () {
    super('too many requests')
    this.status = this.statusCode = 429
  }
}

export interface PagesParts {
  readonly issuer: string
  readonly pages: ProviderPages
  /** Receives the error when a client network is refused. */
  readonly refused: (error: unknown) => void
}

export async function showError (ctx: KoaContextWithOIDC, out: ErrorOut, error: Error, parts: PagesParts): Promise<void> {
  const finished = error instanceof errors.SessionNotFound ? finishedSignIn(ctx) : undefined
  if (finished !== undefined) {
    redirect(ctx, `${parts.issuer}/interaction/${finished}/finished`)
  } else if (isSignedOutAlready(ctx)) {
    const back = await wayBackOf(ctx)
    if (back === undefined) show(ctx, 200, parts.pages.signedOut(clientIdOf(ctx)))
    else redirect(ctx, back)
  } else if (ctx.status === 429) {
    refuseNetwork(ctx, clientIdOf(ctx), error, parts)
  } else {
    show(ctx, ctx.status, parts.pages.error(clientIdOf(ctx), out))
  }
}

export function refuseNetwork (ctx: Shown, clientId: string | undefined, error: unknown, { pages, refused }: PagesParts): void {
  refused(error)
  ctx.set('retry-after', String(RETRY_AFTER_SECONDS))
  show(ctx, 429, pages.error(clientId, { error: 'too_many_requests' }))
}

export function clientIdOf ({ oidc }: KoaContextWithOIDC): string | undefined {
  return oidc.client?.clientId
}

/**
 * The id of a sign-in that a browser returns to after its record is gone. Only the hosted pages receive the cookie that
 * tells whether this browser started it, so they decide what to answer. A sign-in that still exists but doesn't fit the
 * browser's session is an error.
 */
function finishedSignIn ({ oidc, path }: KoaContextWithOIDC): string | undefined {
  return oidc.route === 'resume' && oidc.entities.Interaction === undefined ? /^\/auth\/([\w-]+)$/.exec(path)?.[1] : undefined
}

function redirect (ctx: KoaContextWithOIDC, url: string): void {
  ctx.status = 303
  ctx.redirect(url)
}

type Shown = Pick<KoaContextWithOIDC, 'set' | 'status' | 'type' | 'body'>

function show (ctx: Shown, status: number, page: string): void {
  ctx.status = status
  ctx.type = 'html'
  ctx.body = page
}
