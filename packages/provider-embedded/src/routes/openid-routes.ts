import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from 'fastify'
import type { Embedded } from '../embedded.js'

const PREFIX = '/oidc'

/** Requests that a form may send too (OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2). */
const SENT_BY_FORMS = ['/auth', '/session/end']
/** As a query, the form must fit into the header of a request. */
const MOST_OF_FORM = 8 * 1024

/**
 * Mounts the OpenID provider, a Koa application, below `/oidc`. It reads request bodies itself, so this scope
 * does not parse them.
 */
export async function openIdRoutes (fastify: FastifyInstance, { embedded }: { embedded: Embedded }): Promise<void> {
  fastify.removeAllContentTypeParsers()
  fastify.addContentTypeParser('*', (_request, _payload, done) => { done(null) })
  fastify.route({
    method: ['GET', 'POST', 'OPTIONS'],
    url: `${PREFIX}/*`,
    // Credentials sent here are the provider's own, so an app-wide hook that verifies tokens must skip these routes.
    config: { ownAuthorization: true } as FastifyContextConfig,
    handler: async (request, reply) => {
      const { raw } = request
      seenFromOutside(request, embedded.issuer)
      Object.assign(raw, { originalUrl: raw.url })
      raw.url = raw.url?.slice(PREFIX.length)
      reply.hijack()
      for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value)
      reply.raw.setHeader('content-security-policy', "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'none'; base-uri 'none'; frame-ancestors 'none'")
      reply.raw.setHeader('x-content-type-options', 'nosniff')
      reply.raw.setHeader('referrer-policy', 'no-referrer')
      await embedded.current().handle(raw, reply.raw)
    }
  })
  await fastify.register(async scope => { await formRoutes(scope, embedded.issuer) })
}

/**
 * Turns a form from another site into the same request by GET. Browsers send no `SameSite=Lax` cookie with such a form, so
 * the provider wouldn't know who is signed in. With the redirect they do.
 */
async function formRoutes (fastify: FastifyInstance, issuer: string): Promise<void> {
  fastify.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: MOST_OF_FORM }, (_request, body, done) => { done(null, body) })
  for (const path of SENT_BY_FORMS) {
    fastify.post<{ Body: string | null }>(`${PREFIX}${path}`, { config: { ownAuthorization: true } as FastifyContextConfig }, async ({ body }, reply) => reply
      .headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
      .redirect(`${issuer}${path}?${new URLSearchParams(body ?? '').toString()}`, 303))
  }
}

/**
 * Makes a request look as if the browser sent it to the public URL, whatever proxies it came through and whatever its
 * `Host` is. The issuer, and every URL built from it, comes from the configuration and never from a request.
 */
export function seenFromOutside ({ raw, ip }: FastifyRequest, issuer: string): void {
  const { host, protocol } = new URL(issuer)
  // In HTTP/2 the host is in `:authority`; `host` takes precedence over it.
  Object.assign(raw.headers, { host, 'x-forwarded-host': host, 'x-forwarded-proto': protocol.slice(0, -1), 'x-forwarded-for': ip })
}
