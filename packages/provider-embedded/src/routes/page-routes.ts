import formbody from '@fastify/formbody'
import { isLoopback } from '@latchkey/identity-provider'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { createCsrf } from '../csrf.js'
import { AWAY_SECONDS, DatabaseFailure } from '../database-failure.js'
import type { Embedded } from '../embedded.js'
import { NO_BRAND, type Brand } from '../pages/layout.js'
import { messagePage, UNAVAILABLE } from '../pages/other-pages.js'
import { stylesheetNamed } from '../pages/stylesheet.js'
import type { Profile } from '../profiles.js'
import type { Refusal } from './form-problem.js'
import { interactionRoutes } from './interaction-routes.js'
import { linkRoutes } from './link-routes.js'
import { outboxRoutes } from './outbox-routes.js'

/** What the routes of the pages share. */
export interface Pages {
  readonly embedded: Embedded
  /** The CSRF token for the forms of a page; sets its cookie if the browser has none. */
  csrfFor (request: FastifyRequest, reply: FastifyReply): string
  send (reply: FastifyReply, status: number, page: string, profile?: Profile): FastifyReply
  /** Sends a page that says what is wrong. */
  refuse (reply: FastifyReply, refusal: Refusal, page: string, profile?: Profile): FastifyReply
}

const YEAR_SECONDS = 365 * 24 * 60 * 60

/** The hosted pages, below `/oidc`: rendered on the server, without scripts. */
export async function pageRoutes (fastify: FastifyInstance, { embedded, production }: { embedded: Embedded, production: boolean }): Promise<void> {
  // The app may have its own parser for forms, with other limits.
  fastify.removeContentTypeParser('application/x-www-form-urlencoded')
  await fastify.register(formbody, { bodyLimit: 16 * 1024 })
  const csrf = createCsrf(embedded.secrets, { secure: embedded.issuer.startsWith('https:') })
  const pages: Pages = {
    embedded,
    csrfFor (request, reply) {
      const { token, setCookie } = csrf.tokenFor(request.headers.cookie)
      if (setCookie !== undefined) reply.header('set-cookie', setCookie)
      return token
    },
    send: sendPage,
    refuse (reply, { status, retryAfterSeconds }, page, profile) {
      if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
      return sendPage(reply, status, page, profile)
    }
  }

  fastify.addHook('preHandler', async (request, reply) => {
    if (request.method !== 'POST' || csrf.fits(request.headers.cookie, textOf(request, 'csrf'))) return
    return pages.send(reply, 403, messagePage(NO_BRAND, 'Please try again', 'The page was open too long, or your browser blocks cookies. Go back, reload the page and try again.'))
  })
  fastify.setErrorHandler(answerFailure)

  fastify.get<{ Params: { name: string } }>('/oidc/assets/:name', async (request, reply) => {
    const stylesheet = stylesheetNamed(request.params.name)
    if (stylesheet === undefined) return reply.code(404).type('text/plain').send('Not found')
    return reply.headers({ 'cache-control': `public, max-age=${YEAR_SECONDS}, immutable`, 'x-content-type-options': 'nosniff' }).type('text/css; charset=utf-8').send(stylesheet.text)
  })
  await interactionRoutes(fastify, pages)
  await linkRoutes(fastify, pages)
  // On an address that others can reach, this page would let them into every account.
  if (!production && embedded.mailer.kind === 'outbox' && isLoopback(new URL(embedded.issuer).hostname)) await outboxRoutes(fastify, pages)
}

/** Answers unexpected errors, and an unavailable database, with a page that reveals no details. */
export function answerFailure (error: { statusCode?: number }, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const away = error instanceof DatabaseFailure
  const status = error.statusCode ?? 500
  // Database failures are already logged.
  if (status >= 500 && !away) request.log.error({ err: error }, 'A hosted page failed')
  if (away) reply.header('retry-after', AWAY_SECONDS)
  const [title, text] = away
    ? UNAVAILABLE
    : ['Something went wrong', status >= 500
        ? 'The problem is on our side. Go back to the app and try again in a moment.'
        : 'Go back to the app and start again.'] as const
  return sendPage(reply, status, messagePage(NO_BRAND, title, text))
}

/** Sends a page that no other site can frame, that runs no scripts, and whose forms lead only here or to the profile's app. */
export function sendPage (reply: FastifyReply, status: number, page: string, profile?: Profile): FastifyReply {
  return reply.code(status).headers(pageHeaders(profile)).type('text/html; charset=utf-8').send(page)
}

/** One text field of a form, or `''` if it is missing, too long or not text. */
export function textOf (request: FastifyRequest, name: string): string {
  const value = (request.body as Record<string, unknown> | null | undefined)?.[name]
  return typeof value === 'string' && value.length <= 2000 ? value : ''
}

export function brandOf (profile: Profile | undefined): Brand {
  return profile ?? NO_BRAND
}

function pageHeaders (profile: Profile | undefined): Record<string, string> {
  // img-src lets Firefox load the app's /favicon.ico, which it requests for every page.
  // Browsers also apply form-action to the redirects after a form, which end at the app.
  const targets = [...profile?.callbackUrls ?? [], ...profile?.logoutUrls ?? []].map(sourceOf).filter(source => SOURCE.test(source))
  return {
    'content-security-policy': `default-src 'none'; style-src 'self'; img-src 'self'; form-action ${[...new Set(["'self'", ...targets])].join(' ')}; base-uri 'none'; frame-ancestors 'none'`,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-store'
  }
}

/** A host may contain `;`, which would end the directive and begin one of the profile's choice. */
const SOURCE = /^[a-z][\da-z+.-]*:(?:\/\/[\w.:[\]-]+)?$/

function sourceOf (text: string): string {
  const url = new URL(text)
  return url.origin === 'null' ? url.protocol : url.origin
}
